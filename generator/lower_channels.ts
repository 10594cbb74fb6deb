/** Lowers channels; where their rings lie is decided with the rest of the shared block. */
import type { CheckedConfig } from '../schemas/config.ts';
import type { IrChannel, IrMessage } from '../schemas/ir.ts';
import { entriesByName, pascalCase } from './case.ts';
import { alignUp } from './message_types.ts';

const strideAlignment = 8;

/** The channels that a reactor publishes to, in the order of their names. */
export function lowerChannels(
  reactor: string,
  config: CheckedConfig,
  messages: readonly IrMessage[],
): Omit<IrChannel, 'offset'>[] {
  return entriesByName(config.channels)
    .filter(([, channel]) => channel.from === reactor)
    .map(([name, channel], index) => {
      const message = messages.find((each) => each.name === channel.message);
      if (message === undefined) throw new Error(`channels.${name} was not checked`);
      return {
        name,
        typeName: pascalCase(name),
        index,
        message: channel.message,
        capacity: channel.capacity,
        full: channel.full,
        strideBytes: alignUp(message.bytes, strideAlignment),
      };
    });
}
