/** What this browser keeps for each of the people who use it. */
export type People<Kept> = readonly (readonly [id: string, kept: Kept])[];

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Reads a text of the storage. What another version of the console has written, or somebody by hand, counts as nothing. */
export const readPeople = <Kept>(
  stored: string | null,
  isKept: (value: unknown) => value is Kept,
): People<Kept> => {
  try {
    const parsed: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(parsed)
      ? parsed.filter((each): each is [string, Kept] => Array.isArray(each) && isKept(each[1]))
      : [];
  } catch {
    return [];
  }
};
