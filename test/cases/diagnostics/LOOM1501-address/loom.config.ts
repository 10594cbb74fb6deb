import { defineLoom, tcp, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: tcp('127.0.0.1', { on: 'main' }),
    b: tcp('::1:9000', { on: 'main' }),
    c: tcp('http://feed.example:80', { on: 'main' }),
    d: tcp('1.2.3.400:80', { on: 'main' }),
    e: tcp('feed example:80', { on: 'main' }),
    f: tcp('feed.example:"); system("id', { on: 'main' }),
    g: tcp('[::zz]:80', { on: 'main' }),
    h: tcpServer(':80', { on: 'main' }),
  },
});
