/** What a reactor whose handlers make system requests has more: a case and a visitor. */
import type { IrReactor } from '../../schemas/ir.ts';
import type { ReactorView } from './reactor.ts';

/** The case of the handlers' system requests, where the reactor has any. */
export function requestCase({ requests }: IrReactor, indent: string): string[] {
  if (requests === undefined) return [];
  const label = `${indent}case loom::common_operation::request:`;
  return [label, `${indent}  return this->request_completed(completion);`];
}

/** What shows the handlers, by their members' names, to find whose a request is. */
export function requestVisitor(
  { requests }: IrReactor,
  names: readonly string[],
): ReactorView['visitors'] {
  if (requests === undefined) return [];
  const members = names.map((name) => `handlers_.${name}`);
  return [{ kind: 'handler', isEmpty: members.length === 0, members }];
}
