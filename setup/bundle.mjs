/**
 * Bundles the generator into dist/: one entry for the command line, one for `import 'loomgen'`,
 * one for the thread that runs a config, and a chunk for each part that is imported lazily. What a
 * build without changes needs is one CommonJS file beside them. The grammar of C++ is copied, since
 * the package that has it would compile something of its own where it is installed. What must stay
 * outside says so below. `--types` also writes the declarations, for publishing.
 */
// @ts-check
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** @satisfies {import('esbuild').BuildOptions} */
const common = /** @type {const} */ ({
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  // Names stay: a bug report has readable stacks.
  keepNames: true,
  logLevel: 'warning',
});

/** Bundles into a folder of its own, so that a run beside this one never sees half a bundle. */
async function bundle() {
  const fresh = join(root, 'dist', `.fresh-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  await build({
    ...common,
    entryPoints: {
      cli: 'generator/cli.ts',
      index: 'generator/index.ts',
      load_worker: 'generator/load_worker.ts',
    },
    outdir: fresh,
    splitting: true,
    chunkNames: 'chunk-[name]-[hash]',
    format: 'esm',
    // jiti fails on a cold cache when bundled; ts-morph is large and rarely needed; web-tree-sitter
    // finds its WebAssembly beside itself; the others are found by their folders, not imported.
    external: [
      ...['jiti', 'ts-morph', 'web-tree-sitter'],
      ...['clang-format', 'node-addon-api', 'node-api-headers'],
    ],
    // The CommonJS build of Handlebars without the part that hooks into require().
    alias: { handlebars: 'handlebars/dist/cjs/handlebars.js' },
    banner: {
      js: "import { createRequire as $r } from 'node:module'; const require = $r(import.meta.url);",
    },
  });
  await build({
    ...common,
    entryPoints: { quick: 'generator/quick.ts' },
    outdir: fresh,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  const grammar = import.meta.resolve('tree-sitter-cpp/tree-sitter-cpp.wasm');
  copyFileSync(fileURLToPath(grammar), join(fresh, 'tree-sitter-cpp.wasm'));
  const names = readdirSync(fresh);
  for (const name of readdirSync(dist)) {
    if (/^chunk-.*\.js$/.test(name) && !names.includes(name)) rmSync(join(dist, name));
  }
  // Entries last: they name the chunks.
  names.sort((a, b) => Number(b.startsWith('chunk-')) - Number(a.startsWith('chunk-')));
  for (const name of names) renameSync(join(fresh, name), join(dist, name));
  rmSync(fresh, { recursive: true });
}

/** Writes dist/types, the declarations that `exports.types` of package.json names. */
function writeTypes() {
  rmSync(join(dist, 'types'), { recursive: true, force: true });
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  const given = [compiler, '-p', 'setup/tsconfig.types.json'];
  return spawnSync(process.execPath, given, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

await bundle();
if (process.argv.includes('--types')) process.exitCode = writeTypes();
