import { defineLoom, tcp, tcpServer, unix, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: tcpServer('fd:2', { on: 'main' }),
    b: unixServer('fd:three', { on: 'main' }),
    c: tcp('fd:4', { on: 'main', connections: 2 }),
    d: unix('fd:5', { on: 'main' }),
  },
});
