import type { AuditDetails } from './log-event.js';

/** A value is cut off here: the log says what was changed and is no copy of it. */
const MAX_TEXT = 300;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Old and new values for the `details` of an audit row: `old.<field>` and `new.<field>`, those of an object inside as
 * `old.<field>.<inner>`. A value that is null is left out. Only for settings: never for what says something about a
 * patient, never for secrets or what a person is called.
 */
export function auditedChange(before: Fields, after: Fields, names: readonly string[]): AuditDetails {
  const details: Record<string, string | number> = {};
  const [old, fresh] = [flatten(before, names), flatten(after, names)];
  for (const name of new Set([...old.keys(), ...fresh.keys()])) {
    const [from, to] = [old.get(name), fresh.get(name)];
    if (from === to) continue;
    if (from !== undefined) details[`old.${name}`] = from;
    if (to !== undefined) details[`new.${name}`] = to;
  }
  return details;
}

const flatten = (source: Fields, names: readonly string[]): Map<string, string | number> => {
  const flat = new Map<string, string | number>();
  for (const name of names) {
    const value = source[name];
    if (isFields(value)) {
      for (const [inner, one] of flatten(value, Object.keys(value))) flat.set(`${name}.${inner}`, one);
    } else if (value !== null && value !== undefined) flat.set(name, toCell(value));
  }
  return flat;
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const toCell = (value: unknown): string | number =>
  typeof value === 'number'
    ? value
    : (Array.isArray(value) ? value.join(', ') : String(value)).slice(0, MAX_TEXT);
