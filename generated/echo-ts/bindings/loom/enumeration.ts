/** Names for the codes of a field; the emitted enumerations are instances of this class. */
import { fieldValue } from './error.ts';

/** Codes up to this are looked up in a list. */
const listedCodes = 256;

/** An enumeration of a config. Codes that have no name are read as 'unknown'. */
export class EnumerationNames<Name extends string> {
  /** The type's name in the config. */
  readonly name: string;
  /** The names in the order of the config. */
  readonly names: readonly Name[];
  readonly #codes: ReadonlyMap<string, number>;
  readonly #listed: (Name | 'unknown')[];
  readonly #others: ReadonlyMap<number, Name>;

  constructor(name: string, values: readonly (readonly [Name, number])[]) {
    this.name = name;
    this.names = values.map(([each]) => each);
    this.#codes = new Map(values);
    this.#others = new Map(values.map(([each, code]) => [code, each]));
    this.#listed = Array.from({ length: listedCodes }, (_, code) => this.#find(code));
  }

  /** The name of a code. */
  nameOf(code: number): Name | 'unknown' {
    return this.#listed[code] ?? this.#find(code);
  }

  /**
   * The code of a name.
   *
   * @param field what is written, for the error.
   * @throws LoomError LOOM6020 when there is no such name.
   */
  codeOf(name: Name, field: string = this.name): number {
    const code = this.#codes.get(name);
    if (code === undefined) throw fieldValue(field, name, `one of ${this.names.join(', ')}`);
    return code;
  }

  #find(code: number): Name | 'unknown' {
    return this.#others.get(code) ?? 'unknown';
  }
}
