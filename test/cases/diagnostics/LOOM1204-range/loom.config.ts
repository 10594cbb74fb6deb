import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: {
    main: { core: 1024, submitBatch: 0 },
  },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', {
      on: 'main',
      connections: 0,
      backlog: 70000,
      writeQueue: '1K',
      keepAlive: { idle: '10h' },
    }),
  },
});
