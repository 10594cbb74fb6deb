/** The server of this folder for Windows, where `local` listens on TCP like the others. */
import { line, tcpServer } from 'loomgen';
import config from './loom.config.ts';

const local = tcpServer('127.0.0.1:0', {
  on: 'main',
  handler: 'Script',
  framing: line({ maximum: '1K' }),
  connections: 4,
});

export default { ...config, fds: { ...config.fds, local } };
