import type { ListPreferences } from '@wardbell/contract';
import { LIST_NAMES, type ListName } from '@wardbell/contract/list-names';
import { keepFor } from './keep-for';
import { CHANGED, type Choices, type Lists, NOTHING, readAll, readLists, STORAGE_KEY } from './kept';

/** Writing what this browser keeps: apart from reading it, which the first paint needs. */

const write = (userId: string, lists: Lists): void => {
  keepFor(STORAGE_KEY, readAll(), userId, lists);
  dispatchEvent(new Event(CHANGED));
};

/** Chooses something here and now. `ListSync` saves it. */
export const choose = (userId: string, list: ListName, chosen: Partial<Choices>): void => {
  const lists = readLists(userId);
  const kept = lists[list] ?? NOTHING;
  const fields = (['hidden_columns', 'practitioner'] as const).filter((field) => field in chosen);
  const unsaved = [...new Set([...kept.unsaved, ...fields])];
  write(userId, { ...lists, [list]: { ...kept, ...chosen, unsaved } });
};

/** Takes over what the server has, for every list. What was chosen here and is not saved yet stays. */
export const adopt = (userId: string, saved: readonly ListPreferences[]): void => {
  const before = readLists(userId);
  const after: Lists = {};
  for (const list of LIST_NAMES) {
    const kept = before[list] ?? NOTHING;
    const row = saved.find((each) => each.list === list);
    const { hidden_columns, practitioner }: Choices = row ?? NOTHING;
    const server: Choices = { hidden_columns, practitioner };
    const unsaved = kept.unsaved.filter((field) => `${kept[field]}` !== `${server[field]}`);
    const chosen = Object.fromEntries(unsaved.map((field) => [field, kept[field]]));
    const defaultFilter = row?.filters.find(({ name }) => name === row.default_filter)?.filter ?? null;
    after[list] = { ...server, ...chosen, defaultFilter, isKnown: true, unsaved };
  }
  if (JSON.stringify(after) !== JSON.stringify(before)) write(userId, after);
};

/** Lists of which the server does not have everything that was chosen here. */
export const unsavedLists = (userId: string): readonly ListName[] => {
  const lists = readLists(userId);
  return LIST_NAMES.filter((list) => (lists[list]?.unsaved.length ?? 0) > 0);
};
