import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: { port: tcpServer('127.0.0.1:7001', { on: 'main' }) },
  package: { name: 'Acme Echo', version: '1.0', repository: 'acme/echo' },
});
