import { defineLoom, tcpServer } from 'loomgen';

export default () => defineLoom({ name: 'echo', reactors: { main: {} }, fds: {} });
