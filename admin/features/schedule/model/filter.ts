import type { Appointment } from '@wardbell/contract';
import { type ClinicSetup, foldName } from '../../../shared/clinic-setup/use-clinic-setup';
import type { KnownNames } from './known-names';
import { type Standing, standingOf } from './standing';

/** What narrows the schedule down; null: everything. Names are there as keys, see `keyOf`. */
export interface Filter {
  readonly practitioner: string | null;
  readonly room: string | null;
  readonly type: string | null;
  readonly status: string | null;
}
export const NO_FILTER: Filter = { practitioner: null, room: null, type: null, status: null };
export const NAMED_FIELDS = ['practitioner', 'room', 'type'] as const;
export type NamedField = (typeof NAMED_FIELDS)[number];
export const FILTER_FIELDS = [...NAMED_FIELDS, 'status'] as const;

/** What can be chosen as a status. */
export const STATUS_CHOICES = [
  'pending',
  'booked',
  'late',
  'arrived',
  'checked-in',
  'fulfilled',
  'noshow',
  'cancelled',
] as const satisfies readonly Standing[];

export const isFiltered = (filter: Filter): boolean => FILTER_FIELDS.some((field) => filter[field] !== null);

/** The filter in the form in which it is saved. */
export const savedFilter = (filter: Filter): Readonly<Record<string, string>> =>
  Object.fromEntries(
    FILTER_FIELDS.flatMap((field) => (filter[field] === null ? [] : [[field, filter[field]] as const])),
  );

/** A saved filter; fields that it does not have are not narrowed down. */
export const filterOf = ({ practitioner, room, type, status }: Readonly<Record<string, string>>): Filter => ({
  practitioner: practitioner ?? null,
  room: room ?? null,
  type: type ?? null,
  status: status ?? null,
});

/** A name that the clinic has no record of, as a number (FNV-1a): the address of the page says no names. */
const tokenOf = (name: string): string => {
  let hash = 0x811c9dc5;
  for (const char of foldName(name)) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return `~${(hash >>> 0).toString(36)}`;
};

type Records = ReadonlyMap<string, string>;
export type Keys = Readonly<Record<NamedField, Records>>;

/** The ids of the clinic's records by their names. */
export const keysOf = (setup: ClinicSetup | undefined): Keys => {
  const idsOf = (records: readonly { readonly id: string; readonly name: string }[] = []): Records =>
    new Map(records.map(({ id, name }) => [foldName(name), id]));
  return {
    practitioner: idsOf(setup?.practitioners),
    room: idsOf(setup?.rooms),
    type: idsOf(setup?.types),
  };
};

/** What stands for a name in the address: the id of its record, which outlives another name. */
export const keyOf = (name: string, records: Records): string => records.get(foldName(name)) ?? tokenOf(name);

/** Whether an appointment is of this practitioner, in this room and of this type. */
export const isNamed = (row: Appointment, filter: Filter, keys: Keys): boolean =>
  NAMED_FIELDS.every((field) => {
    const [key, name] = [filter[field], row[field]];
    // The text of one that was renamed meanwhile, or before the records are loaded, leads to no id.
    return key === null || row[`${field}_id`] === key || (name !== null && keyOf(name, keys[field]) === key);
  });

export const hasStatus = (row: Appointment, filter: Filter, nowMs: number): boolean =>
  filter.status === null || row.status === filter.status || standingOf(row, nowMs) === filter.status;

export interface Choice {
  readonly key: string;
  readonly label: string;
}

/** What can be chosen for each field, by name. */
export const choicesOf = (
  known: KnownNames,
  keys: Keys,
  locale: string,
): Readonly<Record<NamedField, readonly Choice[]>> => {
  const order = new Intl.Collator(locale, { numeric: true });
  const choices = (field: NamedField) => {
    const byKey = new Map(known[field].map((label) => [keyOf(label, keys[field]), label]));
    return Array.from(byKey, ([key, label]) => ({ key, label })).sort((a, b) =>
      order.compare(a.label, b.label),
    );
  };
  return { practitioner: choices('practitioner'), room: choices('room'), type: choices('type') };
};

/**
 * The practitioner that a person is, as a key: the record that is linked to the account, the one that the person has chosen, or
 * the only one with the name of the account, with or without a title before it.
 */
export const mineOf = (
  me: { readonly id: string; readonly name: string | null },
  setup: ClinicSetup | undefined,
  choices: readonly Choice[],
  chosen: string | null,
): string | null => {
  const linked = setup?.practitioners.find(({ user_id }) => user_id === me.id);
  if (linked) return linked.id;
  // One without a record may have nothing around this day.
  if (chosen !== null && (chosen.startsWith('~') || choices.some(({ key }) => key === chosen))) return chosen;
  if (me.name === null || me.name.trim() === '') return null;
  const own = foldName(me.name);
  const named = choices.filter(({ label }) => foldName(label) === own || foldName(label).endsWith(` ${own}`));
  return named.length === 1 ? (named[0]?.key ?? null) : null;
};
