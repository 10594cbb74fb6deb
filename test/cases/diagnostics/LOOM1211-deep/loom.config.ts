import { defineLoom, struct, tcpServer, u8 } from 'loomgen';

const deep = (depth: number) => (depth === 0 ? u8 : struct({ a: deep(depth - 1) }));

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: { Deep: struct({ inner: deep(8) }) },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
