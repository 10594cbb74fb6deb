/** `loomgen doctor` on machines that there are not: what it says, and what it would type. */
import test from 'ava';
import { examine } from '../../generator/commands/doctor.ts';
import type { DoctorFinding } from '../../generator/doctor/finding.ts';
import { planRepair } from '../../generator/doctor/install.ts';
import { findZig, zigCommand } from '../../generator/toolchain.ts';
import type { Ran, System } from '../../generator/doctor/system.ts';

const versions: Readonly<Record<string, string>> = {
  'c++': 'g++ (Debian 12.2.0-14) 12.2.0',
  cmake: 'cmake version 3.25.1',
  ninja: '1.11.1',
  'pkg-config': '1.8.1',
  ccache: 'ccache version 4.8',
  'apt-get': 'apt 2.6.1 (amd64)',
};

const modules: Readonly<Record<string, string>> = {
  ...{ liburing: '2.3', openssl: '3.0.17', simdjson: '3.1.0' },
};

const files: Readonly<Record<string, string>> = {
  '/usr/include/boost/version.hpp': '#define BOOST_LIB_VERSION "1_74"',
  '/usr/include/uv.h': '#ifndef UV_H',
  '/usr/local/lib/cmake/Tracy/TracyConfig.cmake': '',
  '/usr/local/lib/cmake/Tracy/TracyTargets.cmake':
    'TRACY_ON_DEMAND TRACY_FIBERS TRACY_ONLY_LOCALHOST TRACY_NO_BROADCAST',
  '/usr/local/include/tracy/common/TracyProtocol.hpp': 'ProtocolVersion = 76;',
  '/proc/self/limits': 'Max locked memory         67108864             67108864             bytes',
  '/proc/self/status': 'Seccomp:\t0\nCpus_allowed_list:\t0-3,8\n',
  '/sys/devices/system/cpu/isolated': '8',
  '/sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never',
  '/proc/sys/net/core/busy_poll': '0',
  '/proc/sys/net/core/busy_read': '0',
  '/proc/sys/kernel/io_uring_disabled': '0',
};

const wholeRing = JSON.stringify({
  ...{ error: 0, operations: 63, SINGLE_ISSUER: true, DEFER_TASKRUN: true, SUBMIT_ALL: true },
  ...{ BUFFER_RINGS: true, RECVSEND_BUNDLE: true },
});

/** What differs from a machine that has everything. */
interface Differences extends Partial<Omit<System, 'find' | 'run' | 'read'>> {
  /** Programs in PATH that are missing, or that say something else of their version. */
  programs?: Readonly<Record<string, string | null>>;
  modules?: Readonly<Record<string, string | null>>;
  files?: Readonly<Record<string, string | null>>;
  /** What the compiler says of an archive: its path, or its name alone when there is none. */
  archive?: string;
  /** What the probe prints; null when it does not compile. */
  probe?: string | null;
}

/** A machine without cross tools that has everything else. */
function machine(differences: Differences = {}): System {
  const programs = { ...versions, ...differences.programs };
  const known = { ...modules, ...differences.modules };
  const texts = { ...files, ...differences.files };
  const said = (stdout: string | null | undefined, stderr = ''): Ran => ({
    ...{ status: stdout === null || stdout === undefined ? 1 : 0, stdout: stdout ?? '', stderr },
  });
  const { probe = wholeRing, archive = '/usr/lib/libboost_context.a' } = differences;
  const system: System = {
    ...{ platform: 'linux', arch: 'x64', node: '20.20.2', kernel: '6.12.0-1-amd64' },
    environment: {},
    find: (program) => ((programs[program] ?? null) === null ? undefined : `/usr/bin/${program}`),
    run: (path, given) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (given[0] === '--modversion') return said(known[given[1] ?? '']);
      if (given[0]?.startsWith('-print-file-name') === true) return said(archive);
      if (given.includes('-std=c++20')) return said(probe, 'probe.cpp:1: error: no such thing');
      return said(name === 'probe' ? probe : programs[name]);
    },
    read: (path) => texts[path] ?? null,
    withFolder: (use) => use('/tmp/nowhere'),
  };
  return { ...system, ...differences };
}

/** The finding of one name. */
function found(system: System, name: string): DoctorFinding {
  const finding = examine(system).find((each) => each.name === name);
  if (finding === undefined) throw new Error(`doctor has no line '${name}'`);
  return finding;
}

test('a machine with everything has nothing that fails, and no two lines of one name', (t) => {
  const findings = examine(machine());
  t.deepEqual(
    findings.filter(({ status, subject }) => status !== 'ok' && subject !== 'cross tools'),
    [],
  );
  t.is(new Set(findings.map(({ name }) => name)).size, findings.length);
  t.true(findings.every(({ status, command }) => status !== 'ok' || command === null));
  t.is(found(machine(), 'cores allowed').seen, '0-3,8 (5)');
  t.is(found(machine(), 'Boost.Context').version, '1.74');
});

test('what is missing or too old says so, with the command', (t) => {
  const cases: [Differences, string, Partial<DoctorFinding>][] = [
    [{ node: '18.20.0' }, 'Node.js', { status: 'fail', seen: 'older than 20.19' }],
    [
      { programs: { ninja: null } },
      'ninja',
      { status: 'fail', command: 'sudo apt-get install -y ninja-build' },
    ],
    [{ programs: { ccache: null } }, 'ccache', { status: 'warn', seen: 'missing' }],
    [
      { programs: { cmake: 'cmake version 3.22.1' } },
      'cmake',
      { status: 'fail', seen: '/usr/bin/cmake, older than 3.25', version: '3.22.1' },
    ],
    [{ probe: null }, 'C++20', { status: 'fail', seen: 'probe.cpp:1: error: no such thing' }],
    [
      { modules: { liburing: null } },
      'liburing',
      { status: 'fail', command: 'sudo apt-get install -y liburing-dev' },
    ],
    [{ files: { '/usr/include/uv.h': null } }, 'uv.h', { status: 'fail' }],
    [{ modules: { simdjson: '2.2.0' } }, 'simdjson', { status: 'warn', version: '2.2.0' }],
    [{ files: { '/usr/include/boost/version.hpp': null } }, 'Boost.Context', { status: 'warn' }],
    [
      { archive: 'libboost_context.a' },
      'Boost.Context',
      { status: 'warn', seen: 'its headers without libboost_context.a' },
    ],
    [{}, 'zig', { status: 'warn', command: zigCommand }],
  ];
  for (const [differences, name, expected] of cases) {
    const finding = found(machine(differences), name);
    for (const [key, value] of Object.entries(expected)) {
      t.is(finding[key as keyof DoctorFinding], value, `${name} ${key}`);
    }
  }
});

test('a forbidden ring says who forbids it, and programs take epoll', (t) => {
  const cases: [Differences, RegExp, RegExp | null][] = [
    [
      { files: { '/proc/sys/kernel/io_uring_disabled': '2' }, probe: '{"error": 1}' },
      /io_uring_disabled is 2: forbidden to everybody/,
      /^sudo sysctl kernel\.io_uring_disabled=0$/,
    ],
    [
      { files: { '/proc/self/status': 'Seccomp:\t2\n' }, probe: '{"error": 1}' },
      /seccomp filter forbids it/,
      /^docker run/,
    ],
    [{ probe: '{"error": 38}' }, /built without it/, null],
    [{ probe: '{"error": 12}' }, /errno 12/, null],
    [{ probe: 'rubbish' }, /not tried: its probe says nothing/, null],
    [{ probe: null }, /not tried: its probe does not compile/, null],
  ];
  for (const [differences, seen, command] of cases) {
    const ring = found(machine(differences), 'io_uring');
    t.is(ring.status, 'warn');
    t.regex(ring.seen, seen);
    if (command === null) t.is(ring.command, null);
    else t.regex(ring.command ?? '', command);
  }
  t.is(found(machine({ kernel: '5.10.0-28-amd64' }), 'Linux').status, 'warn');
});

test('a ring without a feature says which kernel brings it, and what becomes of it', (t) => {
  const without = (name: string) => JSON.stringify({ ...JSON.parse(wholeRing), [name]: false });
  const bundle = found(machine({ probe: without('RECVSEND_BUNDLE') }), 'io_uring has');
  t.is(bundle.status, 'warn');
  t.regex(bundle.seen, /^missing: RECVSEND_BUNDLE \(Linux 6\.10; .*\)$/);
  const defer = found(machine({ probe: without('DEFER_TASKRUN') }), 'io_uring has');
  t.regex(defer.seen, /DEFER_TASKRUN \(Linux 6\.1\); programs take epoll$/);
});

test('settings that make latencies uneven warn', (t) => {
  const frequency = '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor';
  const cases: [Record<string, string>, string, string][] = [
    [{ '/proc/self/limits': 'Max locked memory  8388608  8388608  bytes' }, 'memlock', '8192 KiB'],
    [{ '/proc/self/status': 'Cpus_allowed_list:\t2\n' }, 'cores allowed', '2 (1)'],
    [{ '/sys/devices/system/cpu/isolated': '' }, 'cores isolated', 'none'],
    [{ [frequency]: 'powersave' }, 'governor', 'powersave'],
    [
      { '/sys/kernel/mm/transparent_hugepage/enabled': '[always] madvise never' },
      'huge pages',
      'always',
    ],
  ];
  for (const [texts, name, seen] of cases) {
    const finding = found(machine({ files: texts }), name);
    t.is(finding.status, 'warn', name);
    t.is(finding.seen, seen);
  }
  t.is(found(machine({ files: { [frequency]: 'performance' } }), 'governor').status, 'ok');
});

test('on other systems there is nothing about Linux, and liburing is not missed', (t) => {
  const system = machine({ platform: 'darwin', arch: 'arm64', modules: { liburing: null } });
  const findings = examine(system);
  t.false(findings.some(({ subject }) => subject === 'kernel' || subject === 'machine'));
  t.is(found(system, 'liburing').status, 'warn');
});

test('a Mac is told what one types there, and is not asked for pkg-config', (t) => {
  const programs = { cmake: null, 'pkg-config': null, 'c++': null, brew: 'Homebrew 4' };
  const without = { probe: null, files: { '/usr/include/boost/version.hpp': null } };
  const system = machine({ platform: 'darwin', arch: 'arm64', programs, ...without });
  const findings = examine(system);
  t.false(findings.some(({ name }) => name === 'pkg-config'));
  t.true(found(machine({ programs }), 'pkg-config').status === 'fail');
  t.is(found(system, 'cmake').command, 'brew install cmake');
  t.is(found(system, 'Boost.Context').command, 'brew install boost');
  t.is(found(system, 'C++ compiler').command, 'xcode-select --install');
  for (const { name, command } of findings) t.notRegex(command ?? '', /apt-get/, name);
  t.deepEqual(planRepair(system, [found(system, 'cmake'), found(system, 'C++ compiler')], false), {
    commands: [['brew', 'install', 'cmake']],
    byHand: ['xcode-select --install'],
  });
});

test('zig is installed into a Python environment of its own, and found there', (t) => {
  const programs = { python3: 'Python 3.11.2' };
  const run: System['run'] = () => ({ status: 1, stdout: '', stderr: 'No module named ziglang' });
  const bare = { ...machine({ programs }), environment: { HOME: '/owner' }, run };
  const folder = '/owner/.local/share/loomgen/zig';
  t.deepEqual(planRepair(bare, [found(bare, 'zig')], true).commands, [
    ['apt-get', 'update'],
    'apt-get install -y --no-install-recommends python3-venv'.split(' '),
    ['/usr/bin/python3', '-m', 'venv', folder],
    [`${folder}/bin/pip`, 'install', 'ziglang'],
  ]);
  const own = `${folder}/bin/python-zig`;
  const find: System['find'] = (program) => (program === own ? own : bare.find(program));
  t.deepEqual(findZig({ ...bare, find }), [own]);
  t.is(findZig(bare), null);
});

test('wine is found where its package has it, outside of PATH', (t) => {
  t.is(found(machine(), 'wine64').status, 'warn');
  const system = machine();
  const run: System['run'] = (path, given) =>
    path === '/usr/lib/wine/wine64' && given[0] === '--version'
      ? { status: 0, stdout: 'wine-8.0 (Debian 8.0~repack-4)', stderr: '' }
      : system.run(path, given);
  const { status, seen, version } = found({ ...system, run }, 'wine64');
  t.deepEqual([status, seen, version], ['ok', '/usr/lib/wine/wine64', '8.0']);
});

test('a repair is one apt-get for all packages, sudo where it must, the rest by hand', (t) => {
  const system = machine({ programs: { ninja: null, cmake: null }, node: '18.0.0' });
  const failed = examine(system).filter(({ status }) => status === 'fail');
  t.deepEqual(planRepair(system, failed, false), {
    commands: [
      ['sudo', 'apt-get', 'update'],
      'sudo apt-get install -y --no-install-recommends cmake ninja-build'.split(' '),
    ],
    byHand: ['get Node 20.19 or newer from https://nodejs.org/en/download'],
  });
  t.is(planRepair(system, failed, true).commands[1]?.[0], 'apt-get');
  t.deepEqual(planRepair(system, [found(machine(), 'ninja')], true), { commands: [], byHand: [] });
  const elsewhere = machine({ programs: { ninja: null, 'apt-get': null } });
  const byHand = planRepair(elsewhere, [found(elsewhere, 'ninja')], true);
  t.deepEqual(byHand, { commands: [], byHand: ['sudo apt-get install -y ninja-build'] });
});
