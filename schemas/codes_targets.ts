/** Diagnostics of `loomgen build --target`: 2030 to 2039; LOOM2030 is retired. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM203x. */
export const targetCodes = {
  LOOM2031: {
    severity: 'error',
    title: 'No compiler for a target',
    holes: ['target', 'tried', 'command'],
    what: "There is no compiler for '{target}' (tried {tried}).",
    why: 'An addon is machine code of its platform, and a compiler here makes that of this one.',
    fix: 'Type: {command}',
    explanation: prose`
      A target that is this machine is compiled by its own compiler, another processor by Debian's
      cross compiler, and what neither makes by zig, whose C++ compiler brings the headers and the
      C library of each of its targets. loomgen doctor lists what is here of them.
    `,
  },
  LOOM2032: {
    severity: 'error',
    title: 'A library of a target is missing',
    holes: ['library', 'target', 'looked', 'command'],
    what: "There is no {library} for '{target}': {looked}.",
    why: 'The generated program links it, and the one of this machine is of no use there.',
    fix: 'Type: {command}',
    explanation: prose`
      Debian installs libraries of other processors beside its own, in /usr/lib/<triple>. Where that
      is not wanted, LOOM_SYSROOT names a folder that has them, as dpkg -x lays their packages out:
      usr/lib/<triple>/liburing.a and usr/include/liburing.h.
    `,
  },
  LOOM2033: {
    severity: 'error',
    title: 'An addon that is not what its target needs',
    holes: ['file', 'target', 'reason', 'hint'],
    what: "{file} is not an addon for '{target}': {reason}.",
    why: 'What is shipped is looked at first: its format, what it exports, needs and loads.',
    fix: '{hint}',
    explanation: prose`
      After linking, loomgen reads the addon's own tables: the platform and processor that it is
      for, that nothing is exported but Node-API's entry points, that it is stripped, which shared
      libraries and which version of glibc it needs. Then Node loads it, by qemu-user for another
      processor where that and LOOM_NODE_<TARGET>, a Node of that processor, are there.
    `,
  },
  LOOM2034: {
    severity: 'error',
    title: 'A target of a platform that the config does not name',
    holes: ['target', 'platform', 'choices'],
    what: "'{target}' was asked for, and the config has no backends.{platform}.",
    why: 'What is generated has the backends that the config names, and none for {platform}.',
    fix: 'Write backends: { {platform}: [{choices}] } in the config.',
    explanation: prose`
      A program is for Linux unless its config names further platforms:

      backends: { darwin: ['kqueue'], freebsd: ['kqueue'], win32: ['iocp'] }

      The same sources are then compiled on each, with the backends of that one. What the config
      asks for and a named platform lacks is LOOM1806.
    `,
  },
  LOOM2036: {
    severity: 'error',
    title: 'A workflow for a program that is no package',
    holes: ['name', 'host'],
    what: 'A workflow of loomgen ci {host} packs {name}, and its config says package: false.',
    why: 'What the machines make is collected in prebuilds/ of a package, and there is none.',
    fix: 'Remove package: false, or call npx loomgen build in a workflow of your own.',
    explanation: prose`
      The workflow builds the addon on a machine of each target, puts all of them into prebuilds/ of
      the output folder, and packs that by npm pack. With package: false the folder has no
      package.json, and no prebuilds/.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
