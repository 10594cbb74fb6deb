export function broken() {
  const answer = (1 + ;
}
