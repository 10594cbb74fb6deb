import { defineLoom } from 'loomgen';
import { requireEnvironment } from './environment.ts';

export default defineLoom({ name: requireEnvironment('FEED_NAME'), reactors: {}, fds: {} });
