/** `loomgen build` as the command line runs it: with progress on a terminal, and printed. */
import { type BuildOptions, build } from './build.ts';
import { backendsOf, type BuildArguments, presetOf, printBuild } from './build_output.ts';
import { ProgressLine, talk } from './talk.ts';

/** Runs `build` and prints; gives the exit code. */
export async function runBuild(given: BuildArguments): Promise<number> {
  const progress = new ProgressLine(
    given.json !== true && given.quiet !== true && given.verbose !== true,
  );
  const options: BuildOptions = {
    config: given.config,
    out: given.out,
    target: given.target,
    backend: backendsOf(given),
    preset: presetOf(given),
    compile: given.compile,
    trace: given.trace,
    check: given.check,
    dryRun: given.dryRun,
    force: given.force,
    onCommand: (command) => {
      if (given.verbose === true) talk(command);
      else progress.show('configuring ...');
    },
    onNote: (note) => {
      if (given.verbose === true) talk(note);
    },
    onProgress: (done, all) => {
      progress.show(`compiling ${done} of ${all}`);
    },
  };
  const result = await build(options);
  progress.clear();
  printBuild(given, result);
  return result.exitCode;
}
