import { defineLoom } from 'loomgen';
import { fds } from './sockets.ts';

export default defineLoom({ name: 'echo', reactors: { main: {} }, fds });
