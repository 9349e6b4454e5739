import { keepFor } from '../../../shared/lists/keep-for';
import { isObject, readPeople } from '../../../shared/lists/people';
import { type Filter, isFiltered } from './filter';

const STORAGE_KEY = 'wardbell.schedule';

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.length <= 64 ? value : null;

const readAll = () => readPeople(localStorage.getItem(STORAGE_KEY), isObject);

/** The filter that a person used last in this browser: keys and statuses, no names. */
export const readKeptFilter = (userId: string): Filter => {
  const stored = readAll().find(([id]) => id === userId)?.[1].filter;
  const filter = isObject(stored) ? stored : {};
  return {
    practitioner: textOf(filter.practitioner),
    room: textOf(filter.room),
    type: textOf(filter.type),
    status: textOf(filter.status),
  };
};

export const keepFilter = (userId: string, filter: Filter): void =>
  keepFor(STORAGE_KEY, readAll(), userId, isFiltered(filter) ? { filter } : undefined);
