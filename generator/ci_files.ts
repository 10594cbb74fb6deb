/**
 * Workflows that build, test and pack a program: one job for each target on a machine of it, then
 * one that puts every addon into one package. Only targets that loomgen can build have a row. What
 * is for Linux is made in a container of Debian 12: a runner's own glibc is newer than those of
 * many who install the package.
 */
import type { Target } from '../schemas/targets.ts';
import {
  type CiHost,
  type CiProgram,
  debianPackages,
  githubRunners,
  image,
  installInContainer,
  leftOut,
  placesOf,
  windowsRunner,
} from './ci_places.ts';

/** One job that is a list of commands in a checkout. */
export interface GithubJob {
  name: string;
  runner: string;
  minutes: number;
  /** What Docker is told besides. */
  containerOptions: string;
  /** Commands after `npm ci`. */
  commands: readonly string[];
}

/** A word as a shell and YAML's plain scalars take it. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What GitHub fills in. */
function expression(name: string): string {
  return `\${{ ${name} }}`;
}

/** The lines that put a job into the container. */
function container(options = ''): string[] {
  const more = options === '' ? [] : [`      options: ${options}`];
  return ['    container:', `      image: ${image}`, ...more];
}

function banner(host: CiHost, program: CiProgram): string[] {
  const { config, own } = program;
  const missing = leftOut(host, program).map(
    (name) => `# Not made here: ${name}; by zig it is: npx loomgen build --target ${name}`,
  );
  const first = `# Written by: npx loomgen ci ${host} ${word(config)} - yours to change.`;
  return [own?.banner ?? first, ...missing];
}

/** A command as a scalar of YAML: in quotes where a plain one would end, or be a map. */
function scalar(command: string): string {
  return /^[\w./]/.test(command) && !/: | #|:$/.test(command) ? command : JSON.stringify(command);
}

/** A step that is one command. */
const step = (command: string): string => `      - run: ${scalar(command)}`;

/** The step that brings Node. */
const setupNode = [
  '      - uses: actions/setup-node@v4',
  '        with:',
  '          node-version: 22',
];

/** The steps with which every job begins that has a checkout. */
function prepare(commands: readonly string[]): string[] {
  return ['      - uses: actions/checkout@v4', ...setupNode, ...['npm ci', ...commands].map(step)];
}

/** The same in the container, up to `loomgen doctor`, which is told what is asked for besides. */
function prepareInContainer(program: CiProgram, asked = ''): string[] {
  const doctor = `${wordsOf(program).loomgen} doctor ${asked}--fix --yes`;
  return prepare([...installInContainer(debianPackages), ...(program.own?.prepare ?? []), doctor]);
}

/** The lines of a job beside those of a program's workflow. */
export function githubJob(job: GithubJob): string {
  const { name, runner, minutes, containerOptions, commands } = job;
  const lines = [
    `  ${name}:`,
    `    runs-on: ${runner}`,
    ...container(containerOptions),
    `    timeout-minutes: ${minutes}`,
    '    steps:',
    ...prepare([...installInContainer(debianPackages), ...commands]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The words that start loomgen, and those that build the program. */
function wordsOf({ config, own }: CiProgram) {
  const loomgen = own?.loomgen ?? 'npx loomgen';
  return { loomgen, build: `${loomgen} build ${word(config)}` };
}

/** The steps that compile for a target and keep its addon. */
function githubTarget(program: CiProgram, target: string): string[] {
  const { name, out } = program;
  return [
    '      - run: >-',
    `          ${wordsOf(program).build}`,
    `          --target ${target} --static`,
    '      - uses: actions/upload-artifact@v4',
    '        with:',
    `          name: ${name}-${target}`,
    `          path: ${JSON.stringify(`${out}/prebuilds/${target}`)}`,
    '          if-no-files-found: error',
  ];
}

/** A job that builds and tests on a machine of each target; nothing without one. */
function githubMatrix(
  name: string,
  rows: readonly Target[],
  program: CiProgram,
  isInContainer: boolean,
): string[] {
  if (rows.length === 0) return [];
  const { own } = program;
  const { loomgen, build } = wordsOf(program);
  return [
    `  ${name}:`,
    '    strategy:',
    '      fail-fast: false',
    '      matrix:',
    '        include:',
    ...rows.flatMap((target) => [
      `          - target: ${target.name}`,
      `            runner: ${githubRunners[target.name] ?? ''}`,
    ]),
    `    runs-on: ${expression('matrix.runner')}`,
    ...(isInContainer ? container(own?.containerOptions) : []),
    `    timeout-minutes: ${own?.minutes ?? 30}`,
    '    steps:',
    ...(isInContainer
      ? prepareInContainer(program)
      : prepare([...(own?.prepare ?? []), `${loomgen} doctor --fix --yes`])),
    step(build),
    step(own?.test ?? 'npm test --if-present'),
    ...githubTarget(program, expression('matrix.target')),
  ];
}

/**
 * A job that compiles in the container for systems that are not this one, by what `tool` has doctor
 * install; nothing without one.
 */
function githubCross(
  name: string,
  tool: string | undefined,
  rows: readonly Target[],
  program: CiProgram,
): string[] {
  if (rows.length === 0 || tool === undefined) return [];
  return [
    `  ${name}:`,
    '    runs-on: ubuntu-24.04',
    ...container(),
    '    timeout-minutes: 30',
    '    steps:',
    ...prepareInContainer(program, `${tool} `),
    ...rows.flatMap((target) => githubTarget(program, target.name)),
  ];
}

/** A job that loads on Windows what MinGW compiled in another; nothing without one. */
function githubWindows(rows: readonly Target[], { name }: CiProgram): string[] {
  if (rows.length === 0) return [];
  return [
    '  windows:',
    '    needs: mingw',
    `    runs-on: ${windowsRunner}`,
    '    timeout-minutes: 30',
    '    steps:',
    ...setupNode,
    ...rows.flatMap((target) => [
      '      - uses: actions/download-artifact@v4',
      '        with:',
      `          name: ${name}-${target.name}`,
      step(`node -e "require('./${name}.node')"`),
    ]),
  ];
}

/** The workflow of GitHub. */
function github(program: CiProgram): string {
  const { name, out } = program;
  const { build } = wordsOf(program);
  const { linux, elsewhere, byMingw, byZig } = placesOf(program);
  const jobs = [
    ...githubMatrix('build', linux, program, true),
    ...githubMatrix('elsewhere', elsewhere, program, false),
    ...githubCross('mingw', byMingw[0]?.cross?.program, byMingw, program),
    ...githubWindows(byMingw, program),
    ...githubCross('zig', 'zig', byZig, program),
  ];
  const names = jobs.flatMap((line) => /^ {2}(\w+):$/.exec(line)?.[1] ?? []);
  const lines = [
    ...banner('github', program),
    `name: ${name}`,
    'on:',
    '  push:',
    '  pull_request:',
    'permissions:',
    '  contents: read',
    'jobs:',
    ...jobs,
    '  package:',
    `    needs: [${names.join(', ')}]`,
    '    runs-on: ubuntu-24.04',
    ...container(),
    '    timeout-minutes: 30',
    '    steps:',
    ...prepareInContainer(program),
    step(build),
    step(`rm -rf ${word(`${out}/prebuilds`)}`),
    '      - uses: actions/download-artifact@v4',
    '        with:',
    '          path: artifacts',
    ...githubCollect(program),
    step(`npm pack ./${word(out)}`),
    '      - uses: actions/upload-artifact@v4',
    '        with:',
    `          name: ${name}-package`,
    "          path: '*.tgz'",
    '          if-no-files-found: error',
  ];
  return `${lines.join('\n')}\n`;
}

/** Moves what each job made to where a package has it. */
function githubCollect({ name, out }: CiProgram): string[] {
  return [
    '      - run: |',
    `          mkdir -p ${word(`${out}/prebuilds`)}`,
    `          for folder in artifacts/${name}-*; do`,
    `            mv "$folder" ${word(`${out}/prebuilds`)}/"\${folder#artifacts/${name}-}"`,
    '          done',
  ];
}

/** The pipeline of GitLab: one x64 machine compiles for every processor. */
function gitlab(program: CiProgram): string {
  const { config, out } = program;
  const build = `npx loomgen build ${word(config)}`;
  const lines = [
    ...banner('gitlab', program),
    `image: ${image}`,
    'package:',
    '  before_script:',
    '    - dpkg --add-architecture arm64',
    ...installInContainer(['g++-aarch64-linux-gnu', 'liburing-dev:arm64']).map(
      (command) => `    - ${command}`,
    ),
    '    - npm ci',
    '    - npx loomgen doctor --fix --yes',
    '  script:',
    `    - ${scalar(build)}`,
    '    - npm test --if-present',
    `    - ${scalar(`${build} --target linux-x64,linux-arm64 --static`)}`,
    `    - ${scalar(`npm pack ./${word(out)}`)}`,
    '  artifacts:',
    '    paths:',
    "      - '*.tgz'",
  ];
  return `${lines.join('\n')}\n`;
}

/** Where a workflow belongs in a repository. */
export function ciPath(host: CiHost): string {
  return host === 'github' ? '.github/workflows/loomgen.yml' : '.gitlab-ci.yml';
}

/** The text of a workflow. */
export function ciText(host: CiHost, program: CiProgram): string {
  return host === 'github' ? github(program) : gitlab(program);
}
