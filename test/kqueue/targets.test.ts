/**
 * The emitted echo program on kqueue, compiled and linked for Darwin and FreeBSD by zig. It runs
 * nowhere here. Linking makes zig compile a C++ library for each target once, which takes minutes:
 * without zig, and that is how a machine begins, these are skipped.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { root } from '../conformance/build.ts';
import { compileFor, zig } from './zig.ts';

/** Targets, how an executable of each begins, and what names the system in it. */
const targets = [
  { target: 'x86_64-macos', magic: 'cffaedfe07000001', system: '/usr/lib/libSystem' },
  { target: 'aarch64-macos', magic: 'cffaedfe0c000001', system: '/usr/lib/libSystem' },
  { target: 'x86_64-freebsd', magic: '7f454c4602010100', system: '/libexec/ld-elf.so.1' },
] as const;

const echo = join(root, 'generated/echo');
const out = join(root, '.cache/kqueue');

/** The committed program with kqueue in the place of this platform's backends. */
function programOnKqueue(): string {
  mkdirSync(out, { recursive: true });
  const text = readFileSync(join(echo, 'src/program.cpp'), 'utf8')
    .replace('#include <loom/backend/io_uring.hpp>\n', '')
    .replace('backend/epoll.hpp', 'backend/kqueue.hpp')
    .replace('loom::IoUring, loom::Epoll', 'loom::Kqueue');
  const file = join(out, 'program.cpp');
  writeFileSync(file, text);
  return file;
}

for (const { target, magic, system } of targets) {
  const title = `echo on kqueue compiles and links for ${target}`;
  const hint = zig === null ? ' (LOOM_INSTALL_ZIG=1 installs zig)' : '';
  (zig === null ? test.skip : test.serial)(`${title}${hint}`, async (t) => {
    t.timeout(3_600_000);
    const runtime = join(root, 'templates/runtime');
    const executable = join(out, `echo-${target}`);
    await compileFor(target, [
      ...['-std=c++20', '-fno-rtti', '-Wall', '-Werror', `-I${runtime}`],
      ...[
        `-I${join(echo, 'include')}`,
        `-I${join(echo, 'src')}`,
        `-I${join(root, 'examples/echo')}`,
      ],
      ...[programOnKqueue(), join(echo, 'src/standalone.cpp')],
      ...[join(runtime, 'loom/allocation_counter.cpp'), '-o', executable],
    ]);
    const made = readFileSync(executable);
    t.is(made.subarray(0, 8).toString('hex'), magic);
    t.true(made.includes(system));
  });
}
