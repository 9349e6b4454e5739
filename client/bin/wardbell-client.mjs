#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { typesFrom } from '../dist/schema-types.js';

const USAGE = `Usage: WARDBELL_TOKEN=<token of a tenant admin> wardbell-client types --url https://clinic.example [--out events.ts]

Writes TypeScript for the described event types of a tenant to standard output, or to a file.`;

/** @param {string} message */
const fail = (message) => {
  console.error(message);
  process.exit(2);
};

const read = () => {
  try {
    return parseArgs({
      options: { url: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
};

const { values, positionals } = read();
const { WARDBELL_TOKEN: token } = process.env;
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (positionals.join(' ') !== 'types' || values.url === undefined) fail(USAGE);
if (!token) fail('WARDBELL_TOKEN is not set: the access token of a tenant admin.');
if (!URL.canParse(values.url)) fail(`--url: ${values.url} is not a URL.`);

/** @type {import('../dist/schema-types.js').DescribedType[]} */
const described = [];
try {
  for (let after = ''; after !== null; ) {
    const url = new URL('/api/v1/event-types', values.url);
    url.searchParams.set('limit', '200');
    if (after !== '') url.searchParams.set('after', after);
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    const body = await response.json().catch(() => ({}));
    if (!response.ok) fail(`The server answered ${response.status}: ${body.detail ?? body.title ?? ''}`);
    described.push(...body.data);
    after = body.next ?? null;
  }
} catch (error) {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  fail(`The server cannot be reached: ${cause instanceof Error ? cause.message : cause}`);
}

const text = typesFrom(described);
if (values.out === undefined) process.stdout.write(text);
else await writeFile(values.out, text);
