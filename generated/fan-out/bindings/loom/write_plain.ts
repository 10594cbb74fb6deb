/** Writes the plain object of a message through its writer, field by field. */
import { fieldValue } from './error.ts';
import type { MessageWriter } from './message_writer.ts';

/** The setter of an element: of `levels` it is `setLevels`; `order_ids` has `setOrderIds`. */
function elementSetter(field: string): string {
  const words = field.split('_').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return `set${words.join('')}`;
}

/**
 * Sets the fields that `value` has; the others keep what they are.
 *
 * @param where whose fields they are, for errors.
 * @throws LoomError LOOM6020 when there is no such field, or it cannot hold its value; LOOM6021
 * when an array is longer than the field's.
 */
export function writePlain(writer: MessageWriter, value: object, where: string): void {
  const fields = writer as unknown as Record<string, unknown>;
  for (const [name, given] of Object.entries(value)) {
    const place = `${where}.${name}`;
    // Only a field that is one value has nothing to be read: it is a setter.
    const member = name.startsWith('$') ? null : fields[name];
    if (Array.isArray(given)) {
      writeElements(fields, name, given, place);
    } else if (typeof given === 'object' && given !== null) {
      if (typeof member !== 'object' || member === null) {
        throw fieldValue(place, 'an object', 'nothing of the kind, as the message declares');
      }
      writePlain(member as MessageWriter, given, place);
    } else {
      if (member !== undefined || !(name in writer)) {
        throw fieldValue(place, given, 'nothing of the kind, as the message declares');
      }
      fields[name] = given;
    }
  }
}

function writeElements(
  fields: Record<string, unknown>,
  name: string,
  given: readonly unknown[],
  place: string,
): void {
  const setter = fields[elementSetter(name)];
  const nested = fields[name];
  for (const [index, element] of given.entries()) {
    if (typeof setter === 'function') {
      setter.call(fields, index, element);
    } else if (typeof nested === 'function' && typeof element === 'object' && element !== null) {
      writePlain(nested.call(fields, index), element, `${place}[${index}]`);
    } else {
      throw fieldValue(place, 'an array', 'nothing of the kind, as the message declares');
    }
  }
}
