import { Environment } from './environment.js';

/** A variable that the server does not read and the known one that its name resembles. Never contains its value. */
export interface Misspelt {
  readonly variable: string;
  readonly likely: string;
}

/** Shorter names (`PORT`, `HOST`, `DEMO`) resemble too many unrelated variables. */
const MIN_LENGTH = 7;
/** Names of at least this many characters may differ in two of them. */
const LONG = 10;

/** Levenshtein distance: insertions, deletions and replacements of one character. */
const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const moved = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, moved));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
};

const sortWords = (name: string): string => name.split('_').sort().join('_');

/** The same words in another order have distance 0. */
const distance = (a: string, b: string): number =>
  Math.min(editDistance(a, b), editDistance(sortWords(a), sortWords(b)));

/** Variables of `env` that the server does not read but whose names resemble one that it does. */
export const findMisspelt = (env: NodeJS.ProcessEnv): readonly Misspelt[] => {
  const known = Object.keys(Environment.shape);
  return Object.keys(env).flatMap((variable) => {
    if (known.includes(variable)) return [];
    const [nearest] = known
      .filter((name) => name.length >= MIN_LENGTH)
      .map((name) => ({ name, edits: distance(variable, name) }))
      .filter(({ name, edits }) => edits <= (name.length >= LONG ? 2 : 1))
      .sort((a, b) => a.edits - b.edits);
    return nearest ? [{ variable, likely: nearest.name }] : [];
  });
};
