import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as german from '@zxcvbn-ts/language-de';
import * as english from '@zxcvbn-ts/language-en';

/*
 * Importing this costs about 0.7 s of a core and 80 MB, and an estimate blocks its thread: the server does both in a
 * thread of its own (strength-worker.ts).
 */

/** What an estimate needs. Both are plain text and must go nowhere else. */
export interface Candidate {
  readonly password: string;
  /** Words that an attacker would try first, because they are about this person. */
  readonly personal: readonly string[];
}

export interface Estimate {
  /** 0 (too guessable) to 4 (very unguessable). */
  readonly score: number;
  /** Why it is weak, in English; null when there is no particular reason. */
  readonly warning: string | null;
}

/** The package for German names its lists as that for English named them before, so each gets a name of its own. */
const germanLists = Object.fromEntries(
  Object.entries(german.dictionary).map(([name, words]) => [`${name}-de`, words]),
);

const zxcvbn = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary, ...germanLists },
  graphs: common.adjacencyGraphs,
  translations: english.translations,
  // With these an estimate takes 5 to 80 ms and at most about 0.3 s; with the defaults of 100 and 256 up to 3 s.
  l33tMaxSubstitutions: 10,
  maxLength: 72,
});

/** Estimates how many guesses a password takes. */
export const estimate = ({ password, personal }: Candidate): Estimate => {
  const { score, feedback } = zxcvbn.check(password, [...personal]);
  return { score, warning: feedback.warning };
};
