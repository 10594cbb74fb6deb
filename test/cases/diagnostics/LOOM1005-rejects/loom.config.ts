export default await fetchConfig();

async function fetchConfig(): Promise<never> {
  await Promise.resolve();
  throw new TypeError('no config on the shelf');
}
