import { readFileSync } from 'node:fs';

/** Run by npm before it publishes a package: npm displays `repository` and resolves relative links against it. */
const { name, repository } = JSON.parse(readFileSync('package.json', 'utf8'));
const { hostname } = new URL(repository.url.replace(/^git\+/, ''));
if (hostname.endsWith('.example')) {
  console.error(`${name}: set repository.url in package.json to where your clone of Wardbell can be seen`);
  process.exitCode = 1;
}
