import { FILTER_FIELDS, type Filter } from './filter';

const STORAGE_KEY = 'wardbell.schedule';
/** People of one browser; the one who was here longest ago is forgotten first. */
const MAX_PEOPLE = 20;

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

/** The filter that a person used last in this browser: keys and statuses, no names. */
export const readKeptFilter = (userId: string): Filter => {
  const stored = readAll().find(([id]) => id === userId)?.[1];
  const filter = isObject(stored) && isObject(stored.filter) ? stored.filter : {};
  return {
    practitioner: textOf(filter.practitioner),
    room: textOf(filter.room),
    type: textOf(filter.type),
    status: textOf(filter.status),
  };
};

export const keepFilter = (userId: string, filter: Filter): void => {
  const others = readAll().filter(([id]) => id !== userId);
  const isEmpty = FILTER_FIELDS.every((field) => filter[field] === null);
  const all = isEmpty ? others : [...others, [userId, { filter }]];
  localStorage.setItem(STORAGE_KEY, JSON.stringify(all.slice(-MAX_PEOPLE)));
};
