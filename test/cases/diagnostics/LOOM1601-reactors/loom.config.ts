import { defineLoom, timer } from 'loomgen';

const names = Array.from({ length: 17 }, (_each, index) => `r${index}`);

export default defineLoom({
  name: 'echo',
  reactors: Object.fromEntries(names.map((name) => [name, {}])),
  fds: Object.fromEntries(names.map((name) => [`tick_${name}`, timer({ on: name, every: '1s' })])),
});
