import type { ListName } from '@wardbell/contract/list-names';
import { useSyncExternalStore } from 'react';
import { useMe } from '../session/context';
import { isObject, type People, readPeople } from './people';

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
  readonly defaultFilter: Filter | null;
  /** This browser has had an answer of the server: no choice, and no default filter, is then one too. */
  readonly isKnown: boolean;
  /** Choices that the server does not have yet. */
  readonly unsaved: readonly (keyof Choices)[];
}

export type Lists = Partial<Record<ListName, Kept>>;

export const STORAGE_KEY = 'wardbell.lists';
export const CHANGED = 'wardbell:lists';
export const NOTHING: Kept = {
  hidden_columns: [],
  practitioner: null,
  defaultFilter: null,
  isKnown: false,
  unsaved: [],
};
const NO_LISTS: Lists = {};

let raw: string | null = null;
let people: People<Lists> = [];

const isKept = (value: unknown): value is Kept =>
  isObject(value) &&
  Array.isArray(value.hidden_columns) &&
  Array.isArray(value.unsaved) &&
  (value.defaultFilter === null || isObject(value.defaultFilter));
const isLists = (value: unknown): value is Lists => isObject(value) && Object.values(value).every(isKept);

export const readAll = (): People<Lists> => {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored !== raw) {
    raw = stored;
    people = readPeople(stored, isLists);
  }
  return people;
};

export const readLists = (userId: string): Lists => readAll().find(([id]) => id === userId)?.[1] ?? NO_LISTS;

/** Calls back when something was chosen in this tab or another one of the browser. */
export const onKept = (listener: () => void): (() => void) => {
  addEventListener(CHANGED, listener);
  addEventListener('storage', listener);
  return () => {
    removeEventListener(CHANGED, listener);
    removeEventListener('storage', listener);
  };
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
