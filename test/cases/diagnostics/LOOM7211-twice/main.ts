export function duplicated() {
  var twice;
  function twice() {}
  return twice;
}
