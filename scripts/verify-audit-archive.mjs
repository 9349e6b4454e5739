import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * `npm run verify-audit-archive -- FILE...`: recomputes the hash chains in exported months of the audit log, without a
 * database. Prints for each chain the range of its numbers and the hash of the last row, which must equal that in
 * `wardbell.audit_anchor` or the previous hash of the first row in the next file. The files may be in any order. Exits
 * with 1 when a row was changed, is missing or is duplicated.
 */

/** Microseconds since 1970 as PostgreSQL writes seconds: with six decimals. */
const epochText = (at) => {
  const [, seconds, fraction] = /^(.{19})\.(\d{6})Z$/.exec(at) ?? [];
  const micros = (BigInt(Date.parse(`${seconds}Z`)) / 1_000n) * 1_000_000n + BigInt(fraction);
  const digits = String(micros < 0n ? -micros : micros).padStart(7, '0');
  return `${micros < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
};

/** A flat object as PostgreSQL prints `jsonb`: shorter names first, those of equal length by their bytes. */
const objectText = (object) => {
  const order = (a, b) =>
    Buffer.byteLength(a) - Buffer.byteLength(b) || Buffer.compare(Buffer.from(a), Buffer.from(b));
  const fields = Object.keys(object).sort(order);
  return `{${fields.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(object[name])}`).join(', ')}}`;
};

/** SHA-256 over the previous hash and the row as a JSON array, formatted as PostgreSQL prints `jsonb`. */
const hashOf = (previous, row) => {
  const array = (items) => `[${items.join(', ')}]`;
  const { seq, at, changed, details } = row;
  const [scope, id, ...texts] = [
    'scope',
    'id',
    'actor_id',
    'actor_role',
    'action',
    'object_type',
    'object_id',
    'patient_id',
    'address',
  ].map((name) => JSON.stringify(row[name]));
  const changes = array(changed.map((name) => JSON.stringify(name)));
  return createHash('sha256')
    .update(Buffer.from(previous, 'base64url'))
    .update(
      array([scope, seq, id, epochText(at), ...texts, changes, ...(details ? [objectText(details)] : [])]),
    )
    .digest('base64url');
};

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
      if (hashOf(run.hash, row) !== row.hash) problems.push(`${row.scope} ${row.seq}: its hash does not fit`);
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
      if (hashOf(before.hash, first) !== first.hash) problems.push(`${scope} ${from}: its hash does not fit`);
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
