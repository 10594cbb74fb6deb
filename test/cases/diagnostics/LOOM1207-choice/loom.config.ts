import { channel, defineLoom, lengthPrefixed, struct, tcp, u32 } from 'loomgen';

export default defineLoom({
  name: 'echo',
  backends: { linux: ['iouring'] },
  reactors: { main: { wait: 'spn' } },
  messages: { Top: struct({ bid: 'int64' }) },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main', framing: lengthPrefixed('u32') }),
    local: { kind: 'unixserver', address: '/tmp/x.sock', on: 'main' },
  },
  channels: { top: channel({ from: 'main', to: 'js', message: 'Top', full: 'drop' }) },
});
