import { defineLoom } from 'loomgen';

defineLoom({ name: 'echo', reactors: { main: {} }, fds: {} });
