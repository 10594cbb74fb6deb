/**
 * `loomgen build --target` for Darwin and FreeBSD: addon and executable, compiled and linked by zig
 * and looked at. Nothing of it runs here. Linking makes zig compile a C++ library for each target
 * once, which takes minutes: without zig, and that is how a machine begins, these are skipped.
 */

import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import test from 'ava';
import { build } from '../../generator/commands/build.ts';
import { root } from '../conformance/build.ts';
import { zig, zigEnvironment } from './zig.ts';

/** Targets, how an executable of each begins, and what else the addon's file says. */
const targets = [
  { target: 'darwin-x64', magic: 'cffaedfe07000001', system: /^macOS \d+\.\d+$/ },
  { target: 'darwin-arm64', magic: 'cffaedfe0c000001', system: /^macOS \d+\.\d+$/ },
  { target: 'freebsd-x64', magic: '7f454c4602010100', system: null },
] as const;

for (const { target, magic, system } of targets) {
  const hint = zig === null ? ' (LOOM_INSTALL_ZIG=1 installs zig)' : '';
  const title = `echo compiles and links for ${target}${hint}`;
  (zig === null ? test.skip : test.serial)(title, async (t) => {
    t.timeout(3_600_000);
    const out = join(root, '.cache/kqueue/echo');
    const { PATH = '' } = process.env;
    const result = await build({
      ...{ config: join(root, 'test/kqueue/loom.config.ts'), out, target, force: true },
      environment: {
        ...process.env,
        ...zigEnvironment,
        PATH: [dirname(zig ?? ''), PATH].join(delimiter),
      },
    });
    t.deepEqual(result.diagnostics, []);
    const [made] = result.targets;
    if (made === undefined) return t.fail('nothing was made');
    t.is(made.compiler, 'zig');
    if (system === null) t.is(made.minimumSystem, null);
    else t.regex(made.minimumSystem ?? '', system);
    t.true(existsSync(join(out, `prebuilds/${target}/echo.node`)));
    const executable = readFileSync(join(out, made.executable ?? ''));
    t.is(executable.subarray(0, 8).toString('hex'), magic);
  });
}
