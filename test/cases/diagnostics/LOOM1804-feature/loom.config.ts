import { defineLoom } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: { market: { kind: 'websocket', address: 'wss://feed.example', on: 'main' } },
});
