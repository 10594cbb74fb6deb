import { defineLoom, tcp } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    market: tcp('127.0.0.1:9000', {
      on: 'main',
      busyPoll: '1500ns',
      userTimeout: '2500us',
      keepAlive: { idle: '1500ms', interval: '10s' },
    }),
  },
});
