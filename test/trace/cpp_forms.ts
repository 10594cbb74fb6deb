/**
 * C++ functions in every combination of how one is declared and what its body holds, as text. Each
 * takes an int and gives one, so that a program can call them all and print what they say.
 */

/** A way to declare a function: the text before its braces and after them, and how it is called. */
interface Form {
  before: (name: string) => string;
  after?: string;
  call: (name: string) => string;
  /** The qualified name of the function, inside its namespace. */
  qualified?: (name: string) => string;
  /** Whether a zone may be put in. */
  isLeftOut?: boolean;
}

const plain = (name: string): string => `${name}(arg)`;
const member = (name: string): string => `${name}{}.call(arg)`;
const ofMember = (name: string): string => `${name}::call`;

const forms: readonly Form[] = [
  { before: (name) => `inline int ${name}(int v)`, call: plain },
  { before: (name) => `[[nodiscard]] inline auto ${name}(int v) noexcept -> int`, call: plain },
  { before: (name) => `template <typename T>\nint ${name}(T v)`, call: plain },
  { before: (name) => `int ${name}(auto v)`, call: plain },
  {
    before: (name) => `template <typename = int> constexpr int ${name}(int v)`,
    call: plain,
    isLeftOut: true,
  },
  {
    before: (name) => `struct ${name} { int call(int v) const&`,
    after: ' };',
    call: member,
    qualified: ofMember,
  },
  {
    before: (name) => `template <typename T> struct ${name} { static int call(T v)`,
    after: ' };',
    call: (name) => `${name}<int>::call(arg)`,
    qualified: ofMember,
  },
  {
    before: (name) => `struct ${name} { int operator()(int v)`,
    after: ' };',
    call: (name) => `${name}{}(arg)`,
    qualified: (name) => `${name}::operator()`,
  },
  {
    before: (name) => `struct ${name} { int v; operator int()`,
    after: ' };',
    call: (name) => `static_cast<int>(${name}{arg})`,
    qualified: (name) => `${name}::operator int`,
  },
  {
    before: (name) => `struct ${name} { int call(int v); };\ninline int ${name}::call(int v)`,
    call: member,
    qualified: ofMember,
  },
  { before: (name) => `inline auto ${name} = [](int v) -> int`, after: ';', call: plain },
  { before: (name) => `inline auto ${name} = [](auto v) mutable`, after: ';', call: plain },
  {
    before: (name) => `inline int ${name}(int v) try`,
    after: ' catch (int e) { return e; }',
    call: plain,
  },
  {
    before: (name) => `namespace ${name} { inline int call(int v)`,
    after: ' }',
    call: (name) => `${name}::call(arg)`,
    qualified: ofMember,
  },
  {
    before: (name) => `struct ${name} { friend int friend_of(${name}, int v)`,
    after: ' };',
    call: (name) => `friend_of(${name}{}, arg)`,
    qualified: () => 'friend_of',
  },
];

const bodies: readonly string[] = [
  ' return v; ',
  ' if (v > 1) return 1; return 2; ',
  ' /* { */ return v; // }\n',
  ' const char* s = "}{\\""; return s[0] + v; ',
  " return '{' + v; ",
  ' return R"q({ LOOM )" }" )q"[0] + v; ',
  ' try { if (v > 0) throw v; } catch (int e) { return e * 2; } return 0; ',
  ' for (;;) { if (v++ > 3) break; } return v; ',
  ' auto f = [&](int w) { return w + v; }; return f(2); ',
  ' struct L { int m(int w) { return w * 3; } }; return L{}.m(v); ',
  ' switch (v) { case 1: { return 4; } default: break; } { { v += 1; } } return v; ',
  '\n#if 0\n  {\n#endif\n  return v + 1;\n',
];

const braces: readonly ((body: string) => string)[] = [
  (body) => ` {${body}}`,
  (body) => `\n{${body}}`,
  (body) => `{${body}}`,
  (body) => `\t/* { */\r\n  {\r\n${body}\r\n  }`,
];

/** One combination. */
export interface WrittenForm {
  text: string;
  /** A call of it with `arg`. */
  call: string;
  /** What its zone is called, in `corpus::forms`; null: it has none. */
  zone: string | null;
}

/** Every combination of a declaration and a body, with the braces in turns. */
export function writtenForms(): WrittenForm[] {
  return forms.flatMap((form, first) =>
    bodies.map((body, second) => {
      const name = `f${first}_${second}`;
      const brace = braces[(first + second) % braces.length] ?? braces[0];
      const text = `${form.before(name)}${brace?.(body) ?? ''}${form.after ?? ''}`;
      const zone = form.isLeftOut === true ? null : (form.qualified?.(name) ?? name);
      return { text, call: form.call(name), zone };
    }),
  );
}

/** All of them as one header with a function that calls them and prints what they gave. */
export function formsHeader(written: readonly WrittenForm[]): string {
  const calls = written.map(({ call }) => `  std::printf("%d ", ${call});`);
  return [
    ...['#pragma once', '#include <cstdio>', 'namespace corpus::forms {'],
    ...written.map(({ text }) => text),
    ...['inline void run() {', '  const int arg = 3;', ...calls, '  std::puts("");', '}', '}', ''],
  ].join('\n');
}
