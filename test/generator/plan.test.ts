/** plan: what a build would do, as a value. */
import test from 'ava';
import {
  countPlan,
  type FolderState,
  manifestName,
  manifestText,
  parseManifest,
  plan,
  sha256,
} from '../../generator/plan.ts';

/** A folder in which the last build made `made`, and which now holds `files`. */
function state(files: Record<string, string>, made: Record<string, string>): FolderState {
  const manifest = Object.entries(made).map(([path, text]): [string, string] => [
    path,
    sha256(text),
  ]);
  return { files: new Map(Object.entries(files)), manifest: new Map(manifest) };
}

const actions = (wanted: Record<string, string>, folder: FolderState) =>
  Object.fromEntries(
    plan(new Map(Object.entries(wanted)), folder).entries.map(({ path, action, note }) => [
      path,
      note === undefined ? action : `${action}: ${note}`,
    ]),
  );

test('an empty folder gets everything', (t) => {
  t.deepEqual(actions({ a: '1', b: '2' }, state({}, {})), { a: 'add', b: 'add' });
});

test('a file of the last build changes or stays, an orphan goes', (t) => {
  const folder = state({ a: '1', b: '2', c: '3' }, { a: '1', b: '2', c: '3' });
  t.deepEqual(actions({ a: '1', b: 'new' }, folder), { a: 'same', b: 'change', c: 'remove' });
});

test('a file that somebody removed is added again', (t) => {
  t.deepEqual(actions({ a: '1' }, state({}, { a: '1' })), { a: 'add' });
});

test('an orphan that somebody edited is kept, and does not make the output stale', (t) => {
  const folder = state({ a: '1', c: 'edited' }, { a: '1', c: '3' });
  const planned = plan(new Map([['a', '1']]), folder);
  t.deepEqual(planned.entries.at(-1), { path: 'c', action: 'kept', note: 'edited by hand' });
  t.false(planned.stale);
  t.deepEqual(planned.conflicts, []);
});

test('a generated file that somebody edited is a conflict', (t) => {
  const planned = plan(new Map([['a', 'new']]), state({ a: 'edited' }, { a: '1' }));
  t.deepEqual(planned.conflicts, [{ path: 'a', action: 'change', note: 'edited by hand' }]);
  t.true(planned.stale);
});

test('a file that is not of loomgen is a conflict where a build wants its place', (t) => {
  const planned = plan(new Map([['a', 'new']]), state({ a: 'theirs' }, {}));
  t.deepEqual(planned.conflicts, [{ path: 'a', action: 'change', note: 'not made by loomgen' }]);
});

test('an edit that says what the build says is no conflict', (t) => {
  t.deepEqual(actions({ a: 'new' }, state({ a: 'new' }, { a: '1' })), { a: 'same' });
});

test('the manifest itself is always written', (t) => {
  const planned = plan(new Map([[manifestName, '{}']]), state({ [manifestName]: 'broken' }, {}));
  t.deepEqual(planned.conflicts, []);
  t.deepEqual(countPlan(planned), { add: 0, change: 1, remove: 0, same: 0, kept: 0 });
});

test('a manifest reads as it was written', (t) => {
  const files = new Map([
    ['b/c.hpp', 'x'],
    ['a', 'y'],
  ]);
  t.deepEqual(
    [...parseManifest(manifestText(files))],
    [
      ['a', sha256('y')],
      ['b/c.hpp', sha256('x')],
    ],
  );
});

for (const text of ['', 'null', '[]', '{"files": 3}', '{"files": null}', '{"files": {"a": 3}}']) {
  test(`a manifest of ${JSON.stringify(text)} lists nothing`, (t) => {
    t.is(parseManifest(text).size, 0);
  });
}

for (const path of ['../x', '/etc/passwd', 'a/../../x', 'a//b', './a', 'a\\..\\b', '']) {
  test(`a manifest cannot name ${JSON.stringify(path)}`, (t) => {
    t.is(parseManifest(JSON.stringify({ files: { [path]: sha256('') } })).size, 0);
  });
}
