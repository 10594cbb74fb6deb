import { defineLoom, tcp } from 'loomgen';

const common = { on: 'main', conections: 4 };

function feed(port: number) {
  const address = `127.0.0.1:${port}`;
  return tcp(address, { ...common, noDelay: true });
}

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: { market: feed(9000), other: feed(9001) },
});
