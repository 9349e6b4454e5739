import { existsSync } from 'node:fs';

/** Loads a module of the built server. Ends the process with the remedy if there is no build. */
export function importBuilt(module) {
  const url = new URL(`../../server/dist/${module}`, import.meta.url);
  if (existsSync(url)) return import(url.href);
  console.error('Run `npm run build` first.');
  process.exit(1);
}
