import { defineLoom } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: {},
  fds: {},
});
