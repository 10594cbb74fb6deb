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

/** The declaration of a member with a body of one statement, on as few lines as it fits. */
export function member(head: string, statement: string): string[] {
  const line = `  ${head} { ${statement} }`;
  if (line.length <= maximumColumns) return [line];
  const body = `    ${statement}`;
  if (body.length <= maximumColumns || !statement.endsWith(');')) {
    return [`  ${head} {`, body, '  }'];
  }
  const call = body.slice(0, body.indexOf('(') + 1);
  const lines = argumentsOf(statement).map((each) => `      ${each},`);
  return [`  ${head} {`, call, ...lines, '    );', '  }'];
}

/** An import statement, on one line when it fits. */
export function importLines(names: readonly string[], from: string): string[] {
  const line = `import { ${names.join(', ')} } from '${from}';`;
  if (line.length <= maximumColumns) return [line];
  return ['import {', ...names.map((name) => `  ${name},`), `} from '${from}';`];
}
