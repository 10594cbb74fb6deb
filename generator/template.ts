/**
 * Handlebars, made strict. A template may print a value, repeat with `each`, choose with `if` and
 * include a partial; nothing else exists. A name that its view does not have throws, in `each` and
 * `if` as well, where Handlebars would stay silent.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { packageRoot } from './package_root.ts';

/** The options Handlebars gives a block helper, as far as they are used here. */
interface BlockOptions {
  fn: (context: unknown, options?: unknown) => string;
  inverse: (context: unknown) => string;
  data: unknown;
  name: string;
  loc: { start: { line: number } };
}

/** A compiled template: view in, text out. */
export type Template = (view: object) => string;

const compileOptions = {
  strict: true,
  noEscape: true,
  knownHelpers: { each: true, if: true },
  knownHelpersOnly: true,
  preventIndent: true,
};

/** Repeats its block for each element; a missing or wrong name throws. */
function each(this: unknown, ...given: unknown[]): string {
  const options = given.at(-1) as BlockOptions;
  const list = given[0];
  if (given.length !== 2 || !Array.isArray(list)) {
    throw new Error(`{{#each}} in line ${options.loc.start.line} was not given a list`);
  }
  let text = '';
  list.forEach((element: unknown, index) => {
    const data = Handlebars.createFrame(options.data as object) as Record<string, unknown>;
    data.index = index;
    data.first = index === 0;
    data.last = index === list.length - 1;
    text += options.fn(element, { data });
  });
  return text;
}

/** Chooses between its block and the one after `{{else}}`; anything but a boolean throws. */
function choose(this: unknown, ...given: unknown[]): string {
  const options = given.at(-1) as BlockOptions;
  const condition = given[0];
  if (given.length !== 2 || typeof condition !== 'boolean') {
    throw new Error(`{{#if}} in line ${options.loc.start.line} was not given true or false`);
  }
  return condition ? options.fn(this) : options.inverse(this);
}

/**
 * Compiles one template's source.
 *
 * @param partials name to source of what the template may include.
 */
export function compileTemplate(
  source: string,
  partials: Readonly<Record<string, string>> = {},
): Template {
  const environment = Handlebars.create();
  for (const helper of Object.keys(environment.helpers)) environment.unregisterHelper(helper);
  environment.registerHelper('each', each);
  environment.registerHelper('if', choose);
  environment.registerPartial(partials);
  const compiled = environment.compile(source, compileOptions);
  return (view) => {
    try {
      return compiled(view, { allowProtoPropertiesByDefault: false });
    } catch (error) {
      // What Handlebars throws has the looks of an Error, but no stack.
      throw new Error((error as { message: string }).message, { cause: error });
    }
  };
}

const cache = new Map<string, Template>();

/** The source of a template of this installation. */
function readSource(name: string): string {
  return readFileSync(join(packageRoot(), 'templates', `${name}.hbs`), 'utf8');
}

/**
 * A template of this installation, compiled when first asked for.
 *
 * @param name its path below `templates/` without `.hbs`, for example `cxx/fds.hpp`.
 */
export function loadTemplate(name: string): Template {
  let template = cache.get(name);
  if (template === undefined) {
    const source = readSource(name);
    const partials: Record<string, string> = {};
    const sources = [source];
    // A partial may include others.
    for (const each of sources) {
      for (const [, partial = ''] of each.matchAll(/\{\{> ([\w/.]+)\}\}/g)) {
        if (partial in partials) continue;
        partials[partial] = readSource(partial);
        sources.push(partials[partial]);
      }
    }
    template = compileTemplate(source, partials);
    cache.set(name, template);
  }
  return template;
}
