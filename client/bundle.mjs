import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** One minified file for pages without a bundler, from the compiled SDK: `node bundle.mjs [outfile]`. */
await build({
  entryPoints: [at('dist/index.js')],
  outfile: process.argv[2] ?? at('dist/wardbell.js'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2023',
  legalComments: 'none',
  logLevel: 'error',
});
