import { FILTER_FIELDS, type Filter, NO_FILTER } from './filter';

/** What the schedule remembers of a person in this browser: keys and statuses, no names. */
export interface KeptView {
  readonly filter: Filter;
  /** The practitioner that the person says to be; null: never asked. */
  readonly mine: string | null;
}

const STORAGE_KEY = 'wardbell.schedule';
/** People of one browser; the one who was here longest ago is forgotten first. */
const MAX_PEOPLE = 20;
const NOTHING: KeptView = { filter: NO_FILTER, mine: null };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.length <= 64 ? value : null;

const readAll = (): [string, unknown][] => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored)
      ? stored.filter((each): each is [string, unknown] => Array.isArray(each) && typeof each[0] === 'string')
      : [];
  } catch {
    return [];
  }
};

export const readKeptView = (userId: string): KeptView => {
  const stored = readAll().find(([id]) => id === userId)?.[1];
  if (!isObject(stored)) return NOTHING;
  const filter = isObject(stored.filter) ? stored.filter : {};
  return {
    filter: {
      practitioner: textOf(filter.practitioner),
      room: textOf(filter.room),
      type: textOf(filter.type),
      status: textOf(filter.status),
    },
    mine: textOf(stored.mine),
  };
};

export const keepView = (userId: string, view: KeptView): void => {
  const others = readAll().filter(([id]) => id !== userId);
  const isEmpty = view.mine === null && FILTER_FIELDS.every((field) => view.filter[field] === null);
  const all = isEmpty ? others : [...others, [userId, view]];
  localStorage.setItem(STORAGE_KEY, JSON.stringify(all.slice(-MAX_PEOPLE)));
};
