import type { People } from './people';

/** People of one browser; the one who was here longest ago is forgotten first. */
const MAX_PEOPLE = 20;

/** Keeps something for a person; undefined: nothing any more. */
export const keepFor = <Kept>(
  storageKey: string,
  people: People<Kept>,
  userId: string,
  kept: Kept | undefined,
): void => {
  const others = people.filter(([id]) => id !== userId);
  const all = kept === undefined ? others : [...others, [userId, kept]];
  localStorage.setItem(storageKey, JSON.stringify(all.slice(-MAX_PEOPLE)));
};
