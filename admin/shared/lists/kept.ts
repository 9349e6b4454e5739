import type { ListPreferences } from '@wardbell/contract';
import { LIST_NAMES, type ListName } from '@wardbell/contract/list-names';
import { useSyncExternalStore } from 'react';
import { useMe } from '../session/context';

/** Parameters of a list and their values: ids, dates and words of closed lists, never the text of a search. */
export type Filter = Readonly<Record<string, string>>;

/** What is chosen at once in this browser and saved on the server later. */
export interface Choices {
  readonly hidden_columns: readonly string[];
  readonly practitioner: string | null;
}

/** What this browser knows of a person's choices for a list, so that the first paint waits for no answer. */
export interface Kept extends Choices {
  /** The default filter, without its name. */
  readonly usual: Filter | null;
  /** Choices that the server does not have yet. */
  readonly unsaved: readonly (keyof Choices)[];
}

type Lists = Partial<Record<ListName, Kept>>;

const STORAGE_KEY = 'wardbell.lists';
const CHANGED = 'wardbell:lists';
/** People of one browser; the one who was here longest ago is forgotten first. */
const MAX_PEOPLE = 20;
const NOTHING: Kept = { hidden_columns: [], practitioner: null, usual: null, unsaved: [] };
const NO_LISTS: Lists = {};

let raw: string | null = null;
let people: readonly (readonly [id: string, lists: Lists])[] = [];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isKept = (value: unknown): value is Kept =>
  isObject(value) &&
  Array.isArray(value.hidden_columns) &&
  Array.isArray(value.unsaved) &&
  (value.usual === null || isObject(value.usual));
/** What another version of the console has written, or somebody by hand, counts as nothing. */
const isPeople = (value: unknown): value is typeof people =>
  Array.isArray(value) &&
  value.every((each) => Array.isArray(each) && isObject(each[1]) && Object.values(each[1]).every(isKept));

const readAll = (): typeof people => {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === raw) return people;
  raw = stored;
  try {
    const parsed: unknown = JSON.parse(stored ?? '[]');
    people = isPeople(parsed) ? parsed : [];
  } catch {
    people = [];
  }
  return people;
};

export const readLists = (userId: string): Lists => readAll().find(([id]) => id === userId)?.[1] ?? NO_LISTS;

const write = (userId: string, lists: Lists): void => {
  const others = readAll().filter(([id]) => id !== userId);
  localStorage.setItem(STORAGE_KEY, JSON.stringify([...others, [userId, lists]].slice(-MAX_PEOPLE)));
  dispatchEvent(new Event(CHANGED));
};

/** Calls back when something was chosen in this tab or another one of the browser. */
export const onKept = (listener: () => void): (() => void) => {
  addEventListener(CHANGED, listener);
  addEventListener('storage', listener);
  return () => {
    removeEventListener(CHANGED, listener);
    removeEventListener('storage', listener);
  };
};

/** Chooses something here and now. `ListSync` saves it. */
export const choose = (userId: string, list: ListName, chosen: Partial<Choices>): void => {
  const lists = readLists(userId);
  const kept = lists[list] ?? NOTHING;
  const fields = (['hidden_columns', 'practitioner'] as const).filter((field) => field in chosen);
  const unsaved = [...new Set([...kept.unsaved, ...fields])];
  write(userId, { ...lists, [list]: { ...kept, ...chosen, unsaved } });
};

/** Takes over what the server has. What was chosen here and is not saved yet stays. */
export const adopt = (userId: string, saved: readonly ListPreferences[]): void => {
  const before = readLists(userId);
  const after: Lists = { ...before };
  for (const { list, hidden_columns, practitioner, filters, default_filter } of saved) {
    const kept = before[list] ?? NOTHING;
    const server: Choices = { hidden_columns, practitioner };
    const unsaved = kept.unsaved.filter((field) => `${kept[field]}` !== `${server[field]}`);
    const chosen = Object.fromEntries(unsaved.map((field) => [field, kept[field]]));
    const usual = filters.find(({ name }) => name === default_filter)?.filter ?? null;
    after[list] = { ...server, ...chosen, usual, unsaved };
  }
  if (JSON.stringify(after) !== JSON.stringify(before)) write(userId, after);
};

/** What the person has chosen for a list, as far as this browser knows. */
export const useKept = (list: ListName): Kept => {
  const { id } = useMe();
  return useSyncExternalStore(
    onKept,
    () => readLists(id)[list] ?? NOTHING,
    () => NOTHING,
  );
};

/** Lists of which the server does not have everything that was chosen here. */
export const unsavedLists = (userId: string): readonly ListName[] => {
  const lists = readLists(userId);
  return LIST_NAMES.filter((list) => (lists[list]?.unsaved.length ?? 0) > 0);
};
