/** What of a reactor takes requests of JavaScript: files, fds of handlers, calls. */
import { Call } from './call.ts';
import type { ReactorDescriptor } from './descriptor.ts';
import { File } from './file.ts';
import type { MessageWriter } from './message_writer.ts';
import type { RequestQueue } from './requests.ts';
import { Sender } from './sender.ts';

/** Those of one reactor. */
export interface Askers {
  readonly files: File[];
  readonly senders: Sender[];
  readonly calls: Call<MessageWriter, object, unknown>[];
}

/** Makes them; none where the reactor takes no requests. */
export function makeAskers(
  { fds, calls = [] }: ReactorDescriptor,
  queue: RequestQueue | undefined,
  memory: SharedArrayBuffer,
): Askers {
  const askers: Askers = { files: [], senders: [], calls: [] };
  if (queue === undefined) return askers;
  for (const fd of fds) {
    if (fd.kind === 'file') {
      if (!fd.direct) askers.files.push(new File(fd, queue));
    } else if ('sendBytes' in fd || ('jsSends' in fd && fd.jsSends)) {
      askers.senders.push(new Sender(fd, queue));
    }
  }
  for (const call of calls) askers.calls.push(new Call(call, queue, memory));
  return askers;
}
