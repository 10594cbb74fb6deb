/** The program of test/bindings/requests, for tests of files, of handlers' fds, and of calls. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from '../../templates/bindings/call.ts';
import type {
  AppendableFile,
  ReadableFile,
  ReadWriteFile,
  WritableFile,
} from '../../templates/bindings/file.ts';
import type { MessageWriter } from '../../templates/bindings/message_writer.ts';
import type { OpenOptions, Program } from '../../templates/bindings/open.ts';
import type {
  SendingDatagrams,
  SendingServer,
  SendingStream,
} from '../../templates/bindings/sender.ts';
import { type Built, build, ownFolder } from './built_program.ts';

/** Its files. */
export type FileName = 'data' | 'log' | 'source' | 'out';

/** Its fds that have an address. */
export type FdName = FileName | 'framed' | 'served' | 'datagrams';

/** The request of its call. */
export interface Order {
  id: bigint;
  side: 'buy' | 'sell';
  legs: { price: string; quantity: number }[];
  tags: number[];
  note: string;
}

/** What writes one; the parts that tests use. */
interface OrderWriter extends MessageWriter {
  id: bigint | number;
  side: 'buy' | 'sell';
  legs(index: number): { price: string | bigint; quantity: number };
}

/** The running program. */
export interface Requests extends Program<'disk' | 'net'> {
  readonly data: ReadWriteFile;
  readonly log: AppendableFile;
  readonly source: ReadableFile;
  readonly out: WritableFile;
  readonly framed: SendingStream;
  readonly served: SendingServer;
  readonly datagrams: SendingDatagrams;
  readonly total: Call<OrderWriter, Order, { id: bigint; notional: string; side: string }>;
}

/** Its emitted module. */
export interface RequestsModule {
  open(options?: OpenOptions<'disk' | 'net', FdName>): Promise<Requests>;
}

/** Builds it; the first test file that wants it compiles it. */
export function buildRequests(): Promise<Built<RequestsModule>> {
  return build('test/bindings/requests/loom.config.ts', 'requests', 'debug');
}

let folders = 0;

/** Paths of its files in a folder of their own; the source holds `text`. */
export function filePaths(text: string | Uint8Array = ''): Record<FileName, string> {
  folders += 1;
  const folder = join(ownFolder, `files-${folders}`);
  mkdirSync(folder);
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('source'), text);
  return { data: at('data'), log: at('log'), source: at('source'), out: at('out') };
}
