import { channel, defineLoom, struct, tcpServer, u8 } from 'loomgen';

export default defineLoom({
  name: 'std',
  reactors: { class: {} },
  messages: { Promise: struct({ while: u8, toObject: u8, errno: u8 }), EINVAL: struct({ a: u8 }) },
  fds: {
    stop: tcpServer('127.0.0.1:7001', { on: 'class' }),
    handler: tcpServer('127.0.0.1:7002', { on: 'class', handler: 'FILE' }),
  },
  channels: { on_open: channel({ from: 'class', to: 'js', message: 'Promise' }) },
  handlers: './echo.hpp',
});
