/**
 * No function is longer than one screen, and whatever a module exports says what it is for.
 */

import test from 'ava';
import ts from 'typescript';
import { cxxFunctions, parse, scriptFunctions } from './functions.ts';
import type { FunctionExtent } from './functions.ts';
import type { Source } from './sources.ts';
import { isCxx, isEmitted, isFixture, isScript, offences } from './sources.ts';

const maximumLines = 70;

function* tooLong(functions: Iterable<FunctionExtent>): Generator<[number, string]> {
  for (const { name, line, length } of functions) {
    if (length > maximumLines) yield [line, `${name} has ${length} lines`];
  }
}

test('no TypeScript function is longer than 70 lines', (t) => {
  t.deepEqual(
    offences(isScript, (source) => tooLong(scriptFunctions(source))),
    [],
  );
});

test('no C++ function is longer than 70 lines', (t) => {
  t.deepEqual(
    offences(isCxx, (source) => tooLong(cxxFunctions(source))),
    [],
  );
});

test('the C++ scan sees functions, and only them', (t) => {
  const text = `#include <x>
namespace a {
struct B {
  explicit B(A a = {}) : c_{1}, d_{2} {
    f([] { return 1; });
  }
  template <class T>
  auto get(T value) const noexcept -> int {  // "}"
    if (value) { return '}'; }
    auto inner = [](int x) { return x; };
    return inner(1);
  }
  int c_ = f({});
};
}  // namespace a
int main() {
  const char* s = R"(}})";
}
`;
  const source: Source = { path: 'x.cpp', text, lines: text.split('\n') };
  const found = [...cxxFunctions(source)].map(({ name, line, length }) => [name, line, length]);
  t.deepEqual(found, [
    ['B', 4, 3],
    ['get', 7, 6],
    ['main', 16, 3],
  ]);
});

/** Statements of a module that export something of their own, with the names they export. */
function* exportedDeclarations(file: ts.SourceFile): Generator<[ts.Statement, string]> {
  for (const statement of file.statements) {
    if (!ts.canHaveModifiers(statement)) continue;
    const modifiers = ts.getModifiers(statement) ?? [];
    if (!modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) continue;
    if (ts.isVariableStatement(statement)) {
      const names = statement.declarationList.declarations.map(({ name }) => name.getText(file));
      yield [statement, names.join(', ')];
    } else if ('name' in statement && statement.name) {
      yield [statement, (statement.name as ts.Node).getText(file)];
    }
  }
}

/** Public methods of an exported class; fields speak for themselves or have their own comment. */
function methodsOf(statement: ts.Statement): readonly ts.MethodDeclaration[] {
  if (!ts.isClassDeclaration(statement)) return [];
  return statement.members.filter(ts.isMethodDeclaration).filter((method) => {
    const modifiers = ts.getModifiers(method) ?? [];
    const hidden = modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
    return !hidden && !ts.isPrivateIdentifier(method.name);
  });
}

test('everything exported has a doc comment, and so has every public method of it', (t) => {
  const isModule = (source: Source): boolean =>
    source.path.endsWith('.ts') && !isEmitted(source) && !isFixture(source);
  const undocumented = offences(isModule, function* (source) {
    const file = parse(source);
    // The overloads of a function share the comment of one of them.
    const documented = new Set<string>();
    const missing: [number, string][] = [];
    const look = (node: ts.Node, name: string): void => {
      if (ts.getJSDocCommentsAndTags(node).length > 0) documented.add(name);
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      missing.push([line + 1, name]);
    };
    for (const [statement, name] of exportedDeclarations(file)) {
      look(statement, name);
      for (const method of methodsOf(statement)) {
        look(method, `${name}.${method.name.getText(file)}`);
      }
    }
    yield* missing.filter(([, name]) => !documented.has(name));
  });
  t.deepEqual(undocumented, []);
});
