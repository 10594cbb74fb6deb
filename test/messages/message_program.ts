/**
 * A program of random messages, on both sides: the emitted TypeScript, imported, and one C++
 * program that turns words into the bytes of messages and back, compiled once for all of them.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { check } from '../../generator/check.ts';
import { lower } from '../../generator/lower.ts';
import { render } from '../../generator/render.ts';
import type { StructInput } from '../../schemas/config_messages.ts';
import type { Ir, IrMessage } from '../../schemas/ir.ts';
import type { MessageView } from '../../templates/bindings/message_view.ts';
import type { MessageWriter } from '../../templates/bindings/message_writer.ts';
import { arbitraryStruct, asMessage } from '../generator/arbitrary_message.ts';
import { repository } from '../generator/workspace.ts';

/** Random messages of one run; more make the C++ program slow to compile. */
const randomMessages = 10;

/** The readers and writers that were emitted, by name. */
export type Emitted = Record<string, new (view: DataView) => MessageView<object> & MessageWriter>;

/** A message with every type, so that no seed leaves one out. */
const everyType: StructInput = {
  kind: 'struct',
  fields: [
    ...(['u8', 'u64', 'i8', 'i64', 'bool', 'f64', 'u16', 'f32', 'i16', 'u32', 'i32'] as const).map(
      (type) => ({ name: `a_${type}`, type }),
    ),
    ...(['i64', 'u64', 'i32', 'u32'] as const).map((base) => ({
      name: `decimal_${base}`,
      type: { kind: 'decimal' as const, scale: 9, base },
    })),
    { name: 'text', type: { kind: 'chars', length: 7 } },
    { name: 'side', type: { kind: 'enumeration', values: [{ name: 'bid', code: 66 }] } },
    {
      name: 'level',
      type: {
        kind: 'struct',
        fields: [
          { name: 'one', type: 'u8' },
          { name: 'prices', type: { kind: 'array', of: { kind: 'decimal', scale: 0 }, count: 2 } },
        ],
      },
    },
  ],
};

/** Messages that `seed` gives, as a checked and lowered program. */
export function randomIr(seed: number): Ir {
  const structs = fc.sample(arbitraryStruct, { seed, numRuns: randomMessages });
  const names = structs.map((_, index) => `M${'abcdefghijklmnop'.charAt(index)}`);
  const messages = Object.fromEntries(
    structs.map((struct, index) => [names[index] ?? '', asMessage(struct, names[index] ?? '')]),
  );
  return irOf({ ...messages, Every: everyType });
}

/** A program with these messages and one fd, checked and lowered. */
export function irOf(messages: object): Ir {
  const { config, diagnostics } = check({
    name: 'records',
    reactors: { main: {} },
    messages,
    fds: { port: { kind: 'tcpServer', address: '127.0.0.1:0', on: 'main' } },
  });
  if (config === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return lower(config, { outToConfig: '.' });
}

function mainText(ir: Ir): string {
  const structs = [...ir.messages, ...(ir.structs ?? [])];
  const visits = structs.map(
    ({ name, fields }: IrMessage) =>
      `template <class Visit> void each_field(const Visit& visit, ${name}& it) {\n` +
      `${fields.map((field) => `  visit(it.${field.name});\n`).join('')}}`,
  );
  const cases = (call: string): string[] =>
    ir.messages.map(({ name }) => `    if (name == "${name}") codec::${call}<records::${name}>();`);
  return [
    '#include <records/messages.hpp>',
    '#include "codec.hpp"',
    'namespace records {',
    ...visits,
    '}',
    'int main(int count, char** words) {',
    '  for (int at = 2; at < count; ++at) {',
    '    const std::string_view name = words[at];',
    '    if (std::string_view(words[1]) == "write") {',
    ...cases('write_one'),
    '    } else {',
    ...cases('read_one'),
    '    }',
    '  }',
    '}',
  ].join('\n');
}

/** Emits the headers and bindings of a program and imports its readers and writers. */
export async function emit(ir: Ir, folder: string): Promise<unknown> {
  for (const [path, text] of render(ir)) {
    if (!/^(?:include|bindings)\//.test(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  // One module with all readers and writers; index.ts would also want the addon.
  const names = "export * from './messages.ts';\nexport * from './writers.ts';\n";
  writeFileSync(join(folder, 'bindings', 'types.ts'), names);
  return import(join(folder, 'bindings', 'types.ts'));
}

/** Both sides of a program of messages. */
export class MessageProgram {
  readonly ir: Ir;
  /** The emitted module. */
  readonly module: Emitted;
  readonly #binary: string;

  private constructor(ir: Ir, module: Emitted, binary: string) {
    this.ir = ir;
    this.module = module;
    this.#binary = binary;
  }

  /** Emits, compiles and imports a program in a folder of its own. */
  static async build(ir: Ir, folder: string): Promise<MessageProgram> {
    const module = (await emit(ir, folder)) as Emitted;
    writeFileSync(join(folder, 'main.cpp'), mainText(ir));
    const binary = join(folder, 'codec');
    const words = ['-std=c++20', '-O0', '-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Werror'];
    const places = [join(folder, 'include'), 'templates/runtime', 'test/messages'];
    const compiled = spawnSync(
      'clang++',
      [...words, ...places.map((each) => `-I${each}`), join(folder, 'main.cpp'), '-o', binary],
      { cwd: repository, encoding: 'utf8' },
    );
    if (compiled.status !== 0) throw new Error(compiled.stderr || String(compiled.error));
    return new MessageProgram(ir, module, binary);
  }

  /** The bytes that C++ makes of some messages' words, one message after the other. */
  write(names: readonly string[], words: readonly string[]): Buffer {
    return this.#run('write', names, `${words.join('\n')}\n`);
  }

  /** The words that C++ makes of the bytes of some messages. */
  read(names: readonly string[], bytes: Uint8Array): string[] {
    return this.#run('read', names, bytes).toString().trimEnd().split('\n');
  }

  #run(mode: string, names: readonly string[], input: string | Uint8Array): Buffer {
    const done = spawnSync(this.#binary, [mode, ...names], { input, maxBuffer: 2 ** 28 });
    if (done.status !== 0) throw new Error(`${mode}: ${done.stderr.toString()}`);
    return done.stdout;
  }
}
