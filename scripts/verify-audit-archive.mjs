import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { importBuilt } from './lib/built.mjs';

/**
 * `npm run verify-audit-archive -- FILE...`: recomputes the hash chains in exported months of the audit log, without a
 * database. Prints for each chain the range of its numbers and the hash of the last row, which must equal that in
 * `wardbell.audit_anchor` or the previous hash of the first row in the next file. The files may be in any order. Exits
 * with 1 when a row was changed, is missing or is duplicated.
 */

const { hashOfRow } = await importBuilt('operations/audit/row-hash.js');

/** Runs of consecutive rows in one file, by chain. Only the ends of a run are kept. */
const runs = new Map();
const problems = [];

async function* linesOf(path) {
  const content = pipeline(createReadStream(path), createGunzip(), () => undefined).setEncoding('utf8');
  let rest = '';
  for await (const chunk of content) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') throw new Error('the last line has no end');
}

const readRows = async (path) => {
  let run;
  for await (const line of linesOf(path)) {
    const row = JSON.parse(line);
    if (run?.scope === row.scope && run.to + 1 === row.seq) {
      if (hashOfRow(run.hash, row) !== row.hash)
        problems.push(`${row.scope} ${row.seq}: its hash does not fit`);
      run.to = row.seq;
      run.hash = row.hash;
    } else {
      run = { scope: row.scope, from: row.seq, to: row.seq, first: row, hash: row.hash };
      runs.set(row.scope, [...(runs.get(row.scope) ?? []), run]);
    }
  }
};

/** Checks that the runs of a chain are adjacent. The start of the first run can be checked only if it is number 1. */
const joinRuns = (chain) => {
  let before = { to: 0, hash: '' };
  for (const run of chain.sort((a, b) => a.from - b.from)) {
    const { scope, from, first } = run;
    if (from === before.to + 1) {
      if (hashOfRow(before.hash, first) !== first.hash)
        problems.push(`${scope} ${from}: its hash does not fit`);
    } else if (before.to > 0) {
      problems.push(`${scope} ${from}: follows ${before.to}`);
    }
    before = run;
  }
  console.log(`${before.scope} ${chain[0].from} to ${before.to}, last hash ${before.hash}`);
};

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('Usage: npm run verify-audit-archive -- FILE...');
  process.exit(2);
}
for (const file of files) {
  try {
    await readRows(file);
  } catch (error) {
    problems.push(`${file} cannot be read to its end: ${error.code ?? error.message}`);
  }
}
for (const chain of runs.values()) joinRuns(chain);
for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0 ? 'No row was changed and none is missing.' : `${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
