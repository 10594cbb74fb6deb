import { defineLoom, tcp, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    server: tcpServer('127.0.0.1:65536', { on: 'main' }),
    client: tcp('127.0.0.1:0', { on: 'main' }),
  },
});
