interface Vocabulary {
  /** Why something failed or was refused, by code. */
  readonly reasons: Readonly<Record<string, string>>;
  /** Of appointments. */
  readonly statuses: Readonly<Record<string, string>>;
}

/** A value of the details of an entry in words, where it is a code; any other value as it is. */
export const detailOf = (name: string, value: string | number, words: Vocabulary): string => {
  if (name === 'code') return words.reasons[value] ?? String(value);
  if (name === 'undone' || name === 'back_to') return words.statuses[value] ?? String(value);
  return String(value);
};
