/**
 * The stage `check`: everything that can be known about a config without looking at the machine.
 * It is pure and collects every diagnostic before it stops; a part that is wrong is left out, and
 * the rest is checked as if it were whole. Files are looked at in `check_files.ts`.
 */
import type { CheckedConfig } from '../schemas/config.ts';
import { checkAddresses } from './check_addresses.ts';
import { checkBudgets } from './check_budgets.ts';
import { checkCalls } from './check_calls.ts';
import { checkChannels } from './check_channels.ts';
import { checkDatagrams } from './check_datagrams.ts';
import { checkFileFds } from './check_file_fds.ts';
import { checkGroups } from './check_groups.ts';
import { checkMessages } from './check_messages.ts';
import { checkJsRequests } from './check_js_requests.ts';
import { checkNames } from './check_names.ts';
import { checkPackage } from './check_package.ts';
import { checkPlatforms } from './check_platforms.ts';
import { checkPools } from './check_pools.ts';
import { checkShape } from './check_shape.ts';
import { checkTune } from './check_tune.ts';
import { checkWiring } from './check_wiring.ts';
import { type Diagnostic, hasErrors } from './report/diagnostic.ts';

/** Paths first by their first difference, so that diagnostics come in a stable order. */
function byPath(first: Diagnostic, second: Diagnostic): number {
  const one = JSON.stringify([first.path ?? [], first.code]);
  const two = JSON.stringify([second.path ?? [], second.code]);
  return one < two ? -1 : one > two ? 1 : 0;
}

/**
 * Checks a value that `load` gave.
 *
 * @returns every diagnostic, errors before warnings, and the config when none is an error: every
 * default filled in, sizes in bytes, durations in nanoseconds.
 */
export function check(value: unknown): { config?: CheckedConfig; diagnostics: Diagnostic[] } {
  const { config, diagnostics } = checkShape(value);
  if (config === undefined) return { diagnostics };
  const found = [
    ...diagnostics,
    ...checkNames(config, value),
    ...checkWiring(config, value),
    ...checkAddresses(config, value),
    ...checkChannels(config, value),
    ...checkDatagrams(config, value),
    ...checkPools(config, value),
    ...checkFileFds(config, value),
    ...checkTune(config, value),
    ...checkPackage(config),
    ...checkGroups(config),
    ...checkPlatforms(config),
    ...checkMessages(config),
    ...checkJsRequests(config),
    ...checkCalls(config, value),
    ...checkBudgets(config),
  ].sort(byPath);
  const sorted = [
    ...found.filter((each) => each.severity === 'error'),
    ...found.filter((each) => each.severity === 'warning'),
  ];
  return hasErrors(sorted) ? { diagnostics: sorted } : { config, diagnostics: sorted };
}
