/**
 * No config can add code to what is emitted: hostile strings are put where a representation has
 * strings; outside of literals and comments the output must stay what it was.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what hostile strings look like
import test from 'ava';
import fc from 'fast-check';
import { render } from '../../generator/render.ts';
import {
  cmakeString,
  comment,
  commentLines,
  cxxString,
  identifier,
  includePath,
  typescriptString,
} from '../../generator/views/text.ts';
import type { Ir } from '../../schemas/ir.ts';
import { sampleIr } from './ir_sample.ts';

/** Strings that have ended literals, comments and commands elsewhere. */
const hostile = [
  '"); std::system("x"); ("',
  "'; process.exit(1); '",
  '${process.exit(1)}',
  '$ENV{HOME} $<1:x> ${CMAKE_COMMAND}',
  '*/ int evil; /*',
  '// \\',
  'a\nint evil;',
  'a\r\nint evil;',
  'a\u2028int evil;',
  '??/\nint evil;',
  '{{evil}} {{#each evil}}',
  ')\nexecute_process(COMMAND x)\n(',
  ']=] [[ ]]',
  '\\"',
  '\0',
  'é\u202e',
  `R"(${'x'.repeat(300)}`,
];

const anyString = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('"', "'", '\\', '\n', '*', '/', '$', '{', '}', '`', ';', '?'),
  }),
);

/** C++ or TypeScript without comments, and with every literal emptied. */
function codeOf(text: string): string {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
  const emptied = text.replace(token, (found) => (found.startsWith('/') ? '' : '""'));
  // A long literal is printed as several, and a long comment as several lines.
  return emptied.replace(/\s*""(?:\s*\+?\s+"")*\s*/g, '""').replace(/\s+/g, ' ');
}

/** CMake without comments, and with every quoted argument emptied. */
function cmakeCodeOf(text: string): string {
  return text
    .replace(/"(?:[^"\\]|\\[\s\S])*"/g, '""')
    .replace(/#[^\n]*/g, '')
    .replace(/\s+/g, ' ');
}

/** The sample with a text in every place that holds one. */
function withText(text: string): Ir {
  const ir = sampleIr();
  ir.config = text;
  ir.package = { name: 'x', version: '1.0.0', license: 'MIT', description: text };
  for (const fd of ir.reactors.flatMap(({ fds }) => fds)) {
    if ('address' in fd) fd.address = text;
    if (fd.kind === 'file') fd.path = text;
  }
  for (const type of [...ir.messages, ...(ir.structs ?? []), ...(ir.enumerations ?? [])]) {
    // So short that it changes no file's lines.
    const doc = text.slice(0, 24);
    type.doc = doc;
    if ('fields' in type) for (const field of type.fields) field.doc = doc;
  }
  return ir;
}

const quiet = render(withText('quiet'));

test('a hostile address or path stays inside literals and comments', (t) => {
  fc.assert(
    fc.property(anyString, (text) => {
      for (const [path, emitted] of render(withText(text))) {
        const before = quiet.get(path) ?? '';
        if (path.endsWith('.json')) {
          JSON.parse(emitted);
        } else if (/\.(?:hpp|cpp|ts)$/.test(path)) {
          if (codeOf(emitted) !== codeOf(before)) throw new Error(`${path} has other code`);
        } else if (path === 'CMakeLists.txt') {
          if (cmakeCodeOf(emitted) !== cmakeCodeOf(before)) throw new Error(`${path} differs`);
        }
      }
    }),
    { numRuns: 120 },
  );
  t.pass();
});

test('a hostile native part stays one argument, or is refused', (t) => {
  for (const text of hostile) {
    const ir = sampleIr();
    ir.native = { pkgConfig: [text], sources: [text], includeDirectories: [text] };
    if (/\p{Cc}/u.test(text)) {
      t.throws(() => render(ir), { message: /cannot be written in CMake/ });
      continue;
    }
    const lists = render(ir).get('CMakeLists.txt') ?? '';
    const expected = sampleIr();
    expected.native = { pkgConfig: ['x'], sources: ['x'], includeDirectories: ['x'] };
    t.is(cmakeCodeOf(lists), cmakeCodeOf(render(expected).get('CMakeLists.txt') ?? ''));
  }
});

test('a header whose path cannot be included is refused', (t) => {
  for (const path of ['a".hpp', 'a\n.hpp', 'a\\b.hpp', '']) t.throws(() => includePath(path));
  t.is(includePath('../../ex amples/é.hpp'), '../../ex amples/é.hpp');
});

/** Every place of a representation where a name stands, and how to put one there. */
const names: readonly (readonly [string, (ir: Ir, name: string) => void])[] = [
  [
    'program',
    (ir, name) => {
      ir.name = name;
    },
  ],
  [
    'message',
    (ir, name) => {
      for (const m of ir.messages) m.name = name;
    },
  ],
  [
    'struct',
    (ir, name) => {
      for (const struct of ir.structs ?? []) struct.name = name;
    },
  ],
  [
    'enumeration',
    (ir, name) => {
      for (const enumeration of ir.enumerations ?? []) enumeration.name = name;
    },
  ],
  [
    'value',
    (ir, name) => {
      for (const { values } of ir.enumerations ?? []) for (const value of values) value.name = name;
    },
  ],
  [
    'field',
    (ir, name) => {
      for (const m of ir.messages) for (const f of m.fields) f.name = name;
    },
  ],
  [
    'reactor',
    (ir, name) => {
      for (const r of ir.reactors) r.name = name;
    },
  ],
  [
    'reactor type',
    (ir, name) => {
      for (const r of ir.reactors) r.typeName = name;
    },
  ],
  [
    'fd',
    (ir, name) => {
      for (const r of ir.reactors) for (const fd of r.fds) fd.name = name;
    },
  ],
  [
    'fd type',
    (ir, name) => {
      for (const r of ir.reactors) for (const f of r.fds) f.typeName = name;
    },
  ],
  [
    'handler',
    (ir, name) => {
      for (const r of ir.reactors) for (const f of r.fds) f.handler = name;
    },
  ],
  [
    'channel',
    (ir, name) => {
      for (const r of ir.reactors) for (const c of r.channels) c.name = name;
    },
  ],
];

for (const [place, put] of names) {
  test(`what is not an identifier cannot be the name of a ${place}`, (t) => {
    for (const name of ['a b', 'a;b', 'a(', '"', '', '1a', 'a-b', 'é', 'a\n', '../x', ...hostile]) {
      const ir = sampleIr();
      put(ir, name);
      t.throws(() => render(ir), { message: /is not an identifier/ }, name);
    }
  });
}

test('numbers that are not whole are refused', (t) => {
  for (const value of [
    Number.NaN,
    1.5,
    Number.POSITIVE_INFINITY,
    '1); evil(' as unknown as number,
  ]) {
    const ir = sampleIr();
    for (const each of ir.reactors) each.completionBatch = value;
    t.throws(() => render(ir), { message: /is not an integer/ });
  }
});

test('a C++ literal is printable, and says what went in', (t) => {
  fc.assert(
    fc.property(anyString, (text) => {
      const literal = cxxString(text);
      if (!/^"(?:[ !#-[\]-~]|\\[0-7]{3})*"$/.test(literal)) throw new Error(literal);
      const bytes = literal.slice(1, -1).match(/\\[0-7]{3}|./g) ?? [];
      const back = bytes.map((part) =>
        part.length === 4 ? Number.parseInt(part.slice(1), 8) : part.charCodeAt(0),
      );
      return Buffer.from(back).equals(Buffer.from(text, 'utf8'));
    }),
  );
  t.pass();
});

test('a TypeScript literal says what went in', (t) => {
  fc.assert(
    fc.property(anyString, (text) => {
      const literal = typescriptString(text);
      return /^'[ -~]*'$/.test(literal) && new Function(`return ${literal}`)() === text;
    }),
  );
  t.pass();
});

test('a comment has one line, no end, and nothing that continues it', (t) => {
  fc.assert(
    fc.property(anyString, (text) => {
      const safe = comment(text);
      return !/\*\/|\\|[^ -~µ]/.test(safe) && !safe.includes('??/');
    }),
  );
  fc.assert(
    fc.property(anyString, (text) =>
      commentLines('/// ', text).every((line) => line.startsWith('/// ') && line.length <= 100),
    ),
  );
  t.pass();
});

test('a CMake argument escapes what CMake would read', (t) => {
  t.is(cmakeString('a;b ${c} "d" \\e'), '"a\\;b \\${c} \\"d\\" \\\\e"');
  t.throws(() => cmakeString('a\nb'));
  t.throws(() => identifier('constructor()'));
});
