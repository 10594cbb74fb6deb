import { defineLoom, eventfd, signal, tcpServer, udp, unix } from 'loomgen';

export default defineLoom({
  name: 'echo',
  backends: { darwin: ['kqueue'], freebsd: ['kqueue'] },
  reactors: { main: {}, many: { count: 2 } },
  fds: {
    alarm: eventfd({ on: 'main', handler: 'Alarm' }),
    dying: signal({ on: 'main', handler: 'Alarm', signals: ['SIGPWR', 'SIGHUP'] }),
    hidden: unix('@feed', { on: 'main', type: 'seqpacket' }),
    adopted: tcpServer('fd:3', { on: 'main' }),
    spread: tcpServer('127.0.0.1:7001', { on: 'many', handler: 'Alarm', spread: 'reuseport' }),
    ticks: udp({ bind: '127.0.0.1:7002', on: 'main', handler: 'Alarm', timestamps: 'software' }),
  },
  handlers: './alarm.hpp',
});
