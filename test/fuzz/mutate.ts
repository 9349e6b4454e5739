import type { Random } from '../faults/support/random.js';

/** Values that programs stumble over. None is the address of another machine. */
const ODD: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  0,
  -1,
  1e308,
  2 ** 53,
  -0.5,
  [],
  {},
  [[]],
  '\u0000',
  '\ud800',
  '\u202e\ufeff',
  '🔔'.repeat(300),
  'x'.repeat(9_000),
  "' OR 1=1 --",
  '"; DROP TABLE wardbell.patient; --',
  '$1',
  '%',
  '_%\\',
  '%00',
  '../../../etc/passwd',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '%n%s%x',
  'http://127.0.0.1:9/',
  'http://169.254.169.254/latest/meta-data/',
  'file:///etc/passwd',
  '__proto__',
  'constructor',
  '0001-01-01',
  '9999-12-31T23:59:59.999Z',
  '2026-02-30',
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  'super_admin',
  Array.from({ length: 1_001 }, () => 'x'),
  JSON.parse('{"__proto__": {"isAdmin": true}, "toString": 1}'),
  nested(40),
];

function nested(depth: number): unknown {
  return depth === 0 ? [] : [nested(depth - 1)];
}

/** A value as text: JSON, unless it is one. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** A value like this one, changed in up to three places. */
export function mutateValue(value: unknown, random: Random): unknown {
  let mutated = value;
  for (let change = random.between(1, 3); change > 0; change--) mutated = changeOnce(mutated, random);
  return mutated;
}

function changeOnce(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random.isTrue(0.8)) {
    const index = random.between(0, value.length - 1);
    return value.map((item, at) => (at === index ? changeOnce(item, random) : item));
  }
  if (value instanceof Object && !Array.isArray(value) && random.isTrue(0.85)) {
    const entries = Object.entries(value);
    if (entries.length > 0) return changeField(entries, random);
  }
  if (typeof value === 'string' && random.isTrue(0.4)) return mutateText(value, random);
  return random.pick(ODD);
}

function changeField(entries: readonly [string, unknown][], random: Random): unknown {
  const index = random.between(0, entries.length - 1);
  switch (random.between(0, 5)) {
    case 0:
      return Object.fromEntries(entries.filter((_, at) => at !== index));
    case 1:
      return Object.fromEntries([...entries, [textOf(random.pick(ODD)).slice(0, 100), random.pick(ODD)]]);
    case 2:
      return Object.fromEntries(
        entries.map(([name, item], at) => [at === index ? mutateText(name, random) : name, item]),
      );
    default:
      return Object.fromEntries(
        entries.map(([name, item], at) => [name, at === index ? changeOnce(item, random) : item]),
      );
  }
}

/** A text with a part removed, repeated or replaced. */
export function mutateText(text: string, random: Random): string {
  const at = random.between(0, text.length);
  const end = Math.min(text.length, at + random.between(0, 8));
  const middle = random.pick(['', text.slice(at, end).repeat(3), textOf(random.pick(ODD)).slice(0, 500)]);
  return text.slice(0, at) + middle + text.slice(end);
}

/** Bytes with some flipped, removed, repeated or inserted. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let mutated = Buffer.from(bytes);
  for (let change = random.between(1, 4); change > 0; change--) {
    const at = random.between(0, mutated.length);
    const end = Math.min(mutated.length, at + random.between(1, 16));
    switch (random.between(0, 3)) {
      case 0:
        if (at < mutated.length) mutated[at] = random.between(0, 255);
        break;
      case 1:
        mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(end)]);
        break;
      case 2:
        mutated = Buffer.concat([mutated.subarray(0, end), mutated.subarray(at)]);
        break;
      default:
        mutated = Buffer.concat([mutated.subarray(0, at), randomBytes(random), mutated.subarray(at)]);
    }
  }
  return mutated;
}

/** Up to 40 bytes. */
export const randomBytes = (random: Random): Buffer =>
  Buffer.from(Array.from({ length: random.between(0, 40) }, () => random.between(0, 255)));
