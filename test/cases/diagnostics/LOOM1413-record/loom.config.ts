import { defineLoom, struct, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: { Empty: struct({}) },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
