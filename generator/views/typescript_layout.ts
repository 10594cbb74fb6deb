/** Where emitted TypeScript breaks its lines: members and imports whose width depends on names. */
import { maximumColumns } from './text.ts';

/** Where the arguments of a call that is a whole statement begin and end, between its commas. */
function argumentsOf(statement: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < statement.length; at += 1) {
    const character = statement.charAt(at);
    if (character === '(') {
      depth += 1;
      if (depth === 1) start = at + 1;
    }
    const isEnd = depth === 1 && (character === ',' || character === ')');
    if (isEnd) {
      found.push(statement.slice(start, at).trim());
      start = at + 1;
    }
    if (character === ')') depth -= 1;
  }
  return found;
}

/** One argument, a line each of its own arguments when it is a call that is too long. */
function argumentLines(text: string, indent: string): string[] {
  const line = `${indent}${text},`;
  if (line.length <= maximumColumns || !text.endsWith(')')) return [line];
  const call = `${indent}${text.slice(0, text.indexOf('(') + 1)}`;
  const own = argumentsOf(text).flatMap((each) => argumentLines(each, `${indent}  `));
  return [call, ...own, `${indent}),`];
}

/** The declaration of a member with a body of one statement, on as few lines as it fits. */
export function member(head: string, statement: string): string[] {
  const line = `  ${head} { ${statement} }`;
  if (line.length <= maximumColumns) return [line];
  const body = `    ${statement}`;
  if (body.length <= maximumColumns || !statement.endsWith(');')) {
    return [`  ${head} {`, body, '  }'];
  }
  const call = body.slice(0, body.indexOf('(') + 1);
  const lines = argumentsOf(statement).flatMap((each) => argumentLines(each, '      '));
  return [`  ${head} {`, call, ...lines, '    );', '  }'];
}

/** An import statement, on one line when it fits. */
export function importLines(names: readonly string[], from: string): string[] {
  const line = `import { ${names.join(', ')} } from '${from}';`;
  if (line.length <= maximumColumns) return [line];
  return ['import {', ...names.map((name) => `  ${name},`), `} from '${from}';`];
}
