/**
 * Workflows that build, test and pack a program: one job for each target on a machine of it, then
 * one that puts every addon into one package. Only targets that loomgen can build have a row.
 */
import { missingBackend, targets } from '../schemas/targets.ts';

/** What a workflow is written for. */
export interface CiProgram {
  /** The program's name. */
  name: string;
  /** The config and the output folder, relative to the repository, with slashes. */
  config: string;
  out: string;
  /** Platforms that the program is for. */
  platforms: readonly string[];
  /** What differs in loomgen's own repository; elsewhere loomgen is in node_modules. */
  own?: OwnWorkflow;
}

/** How a workflow of loomgen's own repository differs from those of its users. */
export interface OwnWorkflow {
  /** The first line, which says who wrote it and how it is written again. */
  banner: string;
  /** How loomgen is called, in place of `npx loomgen`. */
  loomgen: string;
  /** Commands after `npm ci`. */
  prepare: readonly string[];
  /** The command that runs the tests. */
  test: string;
  /** Longest time of one machine. */
  minutes: number;
}

/** One job that is a list of commands in a checkout. */
export interface GithubJob {
  name: string;
  runner: string;
  minutes: number;
  /** Commands after `npm ci`. */
  commands: readonly string[];
}

/** Whose workflows can be written. */
export type CiHost = 'github' | 'gitlab';

/** Machines of GitHub that are the target themselves, by name. */
const githubRunners: Readonly<Record<string, string>> = {
  'linux-x64': 'ubuntu-24.04',
  'linux-arm64': 'ubuntu-24.04-arm',
  'darwin-arm64': 'macos-15',
  'darwin-x64': 'macos-15-intel',
  'win32-x64': 'windows-2025',
};

/** A word as a shell and YAML's plain scalars take it. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What GitHub fills in. */
function expression(name: string): string {
  return `\${{ ${name} }}`;
}

/** Rows of the matrix: every target of the program that can be built and has a machine. */
function githubRows({ platforms }: CiProgram): string[] {
  return targets.flatMap((target) => {
    const runner = githubRunners[target.name];
    if (runner === undefined || missingBackend(target) !== null) return [];
    if (!platforms.includes(target.platform)) return [];
    return [`          - target: ${target.name}`, `            runner: ${runner}`];
  });
}

const banner = (host: CiHost, { config, own }: CiProgram): string =>
  own?.banner ?? `# Written by: npx loomgen ci ${host} ${word(config)} - yours to change.`;

/** A command as a scalar of YAML: in quotes where a plain one would end, or be a map. */
function scalar(command: string): string {
  return /^[\w./]/.test(command) && !/: | #|:$/.test(command) ? command : JSON.stringify(command);
}

/** A step that is one command. */
const step = (command: string): string => `      - run: ${scalar(command)}`;

/** The steps with which every job begins. */
function prepare(commands: readonly string[]): string[] {
  return [
    '      - uses: actions/checkout@v4',
    '      - uses: actions/setup-node@v4',
    '        with:',
    '          node-version: 22',
    ...['npm ci', ...commands].map(step),
  ];
}

/** The lines of a job beside those of a program's workflow. */
export function githubJob({ name, runner, minutes, commands }: GithubJob): string {
  const lines = [
    `  ${name}:`,
    `    runs-on: ${runner}`,
    `    timeout-minutes: ${minutes}`,
    '    steps:',
    ...prepare(commands),
  ];
  return `${lines.join('\n')}\n`;
}

/** The workflow of GitHub. */
function github(program: CiProgram): string {
  const { name, config, out, own } = program;
  const target = expression('matrix.target');
  const loomgen = own?.loomgen ?? 'npx loomgen';
  const build = `${loomgen} build ${word(config)}`;
  const install = [...(own?.prepare ?? []), `${loomgen} doctor --fix --yes`];
  const artifact = ['        with:', `          name: ${name}-${target}`];
  const lines = [
    banner('github', program),
    `name: ${name}`,
    'on:',
    '  push:',
    '  pull_request:',
    'permissions:',
    '  contents: read',
    'jobs:',
    '  build:',
    '    strategy:',
    '      fail-fast: false',
    '      matrix:',
    '        include:',
    ...githubRows(program),
    `    runs-on: ${expression('matrix.runner')}`,
    `    timeout-minutes: ${own?.minutes ?? 30}`,
    '    steps:',
    ...prepare(install),
    step(build),
    step(own?.test ?? 'npm test --if-present'),
    '      - run: >-',
    `          ${build}`,
    `          --target ${target} --static`,
    '      - uses: actions/upload-artifact@v4',
    ...artifact,
    `          path: ${JSON.stringify(`${out}/prebuilds/${target}`)}`,
    '          if-no-files-found: error',
    '  package:',
    '    needs: build',
    '    runs-on: ubuntu-24.04',
    '    timeout-minutes: 30',
    '    steps:',
    ...prepare(install),
    step(build),
    step(`rm -r ${word(`${out}/prebuilds`)}`),
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
    banner('gitlab', program),
    'image: node:22-bookworm',
    'package:',
    '  before_script:',
    '    - dpkg --add-architecture arm64',
    '    - apt-get update',
    '    - apt-get install -y --no-install-recommends g++-aarch64-linux-gnu liburing-dev:arm64',
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
