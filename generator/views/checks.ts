/** The view of the checks of what the user wrote: a sentence for each mistake in a handler. */
import type { Ir, IrChannel, IrDatagramFd } from '../../schemas/ir.ts';
import { isDatagram, isStream, isTimer } from '../fd_kinds.ts';
import { channelsOf } from './channels.ts';
import { staticAssert } from './cxx_layout.ts';
import type { Service } from './handlers.ts';
import { bannerLines } from './sentences.ts';
import { sourceHooks } from './sources.ts';
import { commentLines, identifier, includePath, listed } from './text.ts';

/** The view of `cxx/checks.hpp`. */
export interface ChecksView {
  banner: string[];
  namespace: string;
  includes: string[];
  /** The user's header, as `#include` needs it; empty when there is none. */
  userHeader: string[];
  comment: string[];
  assertions: string[];
}

/**
 * Describes what one of the user's handlers must offer, with a sentence for each mistake.
 *
 * @param outFolder the way from the emitted file's folder to the output folder, such as `../`.
 */
export function checksView(ir: Ir, service: Service, outFolder: string): ChecksView {
  const namespace = identifier(ir.name);
  const { handlersHeader } = ir;
  const header = handlersHeader ?? 'the header that the config names';
  return {
    banner: bannerLines(ir, '// '),
    namespace,
    includes: [`${namespace}/handlers.hpp`, 'type_traits'].sort(),
    userHeader: handlersHeader === null ? [] : [includePath(`${outFolder}${handlersHeader}`)],
    comment: commentLines('// ', `What ${service.name} in ${header} has to offer.`),
    assertions: handlerAssertions(namespace, service),
  };
}

function datagramAssertions(name: string, fd: IrDatagramFd): string[] {
  const hook = (concept: string, sentence: string): string[] =>
    staticAssert(
      `loom::${concept}<::${name}, fd::${identifier(fd.typeName)}>`,
      `${sentence} for fds.${fd.name}.`,
    );
  return [
    ...hook(
      'HasOnDatagram',
      `${name} needs \`void on_datagram(auto& socket, const loom::Datagram& datagram)\``,
    ),
    ...hook(
      'HasOnError',
      `${name}::on_error must be \`void on_error(auto& socket, loom::Error error)\``,
    ),
    ...hook('HasOnBatchEnd', `${name}::on_batch_end must be \`void on_batch_end(auto& socket)\``),
    ...hook('HasOnSocketOpen', `${name}::on_open must be \`void on_open(auto& socket)\``),
    ...hook('HasOnSocketDrain', `${name}::on_drain must be \`void on_drain(auto& socket)\``),
  ];
}

/** What the channels of a handler demand of it. */
function channelAssertions(
  name: string,
  service: Service,
): { condition: string; sentence: string }[] {
  const hook = (concept: string, { name: channel, typeName }: IrChannel, sentence: string) => ({
    condition: `loom::${concept}<::${name}, channel::${identifier(typeName)}>`,
    sentence: `${sentence} for channels.${channel}.`,
  });
  const onMessage = service.received.filter(({ channel }) => channel.awaited === undefined);
  return [
    ...onMessage.map(({ channel }) =>
      hook(
        'HasOnMessage',
        channel,
        `${name} needs \`void on_message(auto& channel, const ${channel.message}& message)\``,
      ),
    ),
    ...channelsOf(service)
      .filter(({ channel }) => channel.full === 'block')
      .map(({ channel }) =>
        hook('HasOnRoom', channel, `${name}::on_room must be \`void on_room(auto& channel)\``),
      ),
  ];
}

function handlerAssertions(namespace: string, service: Service): string[] {
  const name = identifier(service.name);
  const base = `${namespace}::${name}Base<${name}>`;
  const lines = staticAssert(
    `loom::IsDefined<::${name}>`,
    `The header named by \`handlers\` must define \`struct ${name} : ${base}\`.`,
  );
  const add = (condition: string, sentence: string): void => {
    lines.push(...staticAssert(condition, sentence));
  };
  add(`std::is_base_of_v<${name}Base<::${name}>, ::${name}>`, `${name} must derive from ${base}.`);
  for (const { fd } of service.fds) {
    if (isDatagram(fd)) lines.push(...datagramAssertions(name, fd));
    if (!isStream(fd)) continue;
    const hooks = (concept: string): string => `loom::${concept}<::${name}, fd::${fd.typeName}>`;
    const where = `for fds.${fd.name}`;
    if (fd.stackClass !== undefined) {
      const sentence = `${name} needs \`void run(auto& connection)\` without noexcept ${where}.`;
      add(hooks('HasRun'), sentence);
      continue;
    }
    add(
      hooks('HasOnData'),
      `${name} needs \`void on_data(auto& connection, loom::Bytes bytes)\` ${where}.`,
    );
    add(
      hooks('HasOnOpen'),
      `${name}::on_open must be \`void on_open(auto& connection)\` ${where}.`,
    );
    add(
      hooks('HasOnDrain'),
      `${name}::on_drain must be \`void on_drain(auto& connection)\` ${where}.`,
    );
    add(
      hooks('HasOnClose'),
      `${name}::on_close must be ` +
        `\`void on_close(auto& connection, loom::CloseReason why)\` ${where}.`,
    );
    if (fd.descriptors === undefined) continue;
    add(
      hooks('HasOnDescriptor'),
      `${name}::on_descriptor must be \`void on_descriptor(auto& connection, ` +
        `loom::ReceivedDescriptor descriptor)\` ${where}.`,
    );
  }
  for (const { call } of service.calls) {
    add(
      `loom::HasOnCall<::${name}, call::${identifier(call.typeName)}>`,
      `${name} needs \`${namespace}::${identifier(call.reply)} on_call(auto& call, ` +
        `const ${namespace}::${identifier(call.request)}& request)\` for calls.${call.name}.`,
    );
  }
  const timers = service.fds.filter(({ fd }) => isTimer(fd)).map(({ fd }) => `fds.${fd.name}`);
  if (timers.length > 0) {
    const sentence = `${name} needs \`void on_tick(loom::Tick tick)\` for ${listed(timers)}.`;
    add(`loom::HasOnTick<::${name}>`, sentence);
  }
  for (const { condition, sentence } of channelAssertions(name, service)) add(condition, sentence);
  for (const { concept, sentence } of sourceHooks(service)) {
    add(`loom::${concept}<::${name}>`, sentence);
  }
  return lines;
}
