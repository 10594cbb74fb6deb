// One reactor, one TCP port: the handler counts lines and answers, JavaScript sees the totals.
import { channel, defineLoom, line, struct, tcpServer, u32, u64 } from 'loomgen';

export default defineLoom({
  name: 'hello',
  reactors: { main: {} },
  messages: { Seen: struct({ connection: u32, lines: u64 }) },
  fds: {
    greeter: tcpServer('127.0.0.1:7000', {
      on: 'main',
      handler: 'Greeter',
      framing: line({ maximum: '4K' }),
    }),
  },
  channels: { seen: channel({ from: 'main', to: 'js', message: 'Seen' }) },
  handlers: './hello.hpp',
});
