/**
 * What `import … from 'loomgen'` gives: the helpers of a config, and the verbs of the command line
 * as functions. A config that is built sees the helpers only; `build` and the stages are for
 * programs that generate programs.
 */
export { type CheckedConfig, configSchema } from '../schemas/config.ts';
export { type Ir, IR_ABI } from '../schemas/ir.ts';
export { check } from './check.ts';
export { checkFiles, checkIrFiles } from './check_files.ts';
export { type BuildOptions, type BuildResult, build } from './commands/build.ts';
export { type CleanOptions, type CleanResult, clean } from './commands/clean.ts';
export { type DoctorFinding, doctor } from './commands/doctor.ts';
export { type InitResult, init } from './commands/init.ts';
export { type InspectResult, inspect } from './commands/inspect.ts';
export { type TuneOptions, type TuneResult, tune } from './commands/tune.ts';
export * from './define.ts';
export { type Loaded, type LoadOptions, load, locateAll } from './load.ts';
export { type LowerPaths, lower } from './lower.ts';
export { type Diagnostic, DiagnosticError, hasErrors, type Place } from './report/diagnostic.ts';
export { explain } from './report/explain.ts';
export { toJson } from './report/json.ts';
export { type RenderOptions, renderDiagnostics } from './report/render.ts';
