export default {
  name: 'echo',
  reactors: { main: { blocking: 'crnch' } },
  pools: { crunch: { kind: 'pool' } },
  fds: { tcp: { kind: 'tcpServer', address: '127.0.0.1:7001', on: 'main' } },
};
