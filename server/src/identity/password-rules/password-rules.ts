import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Problem } from '../../platform/errors/problem.js';
import type { Estimate } from './estimate.js';
import { StrengthThread } from './strength-thread.js';

/** Of 0 to 4: "safely unguessable: moderate protection from offline attack". */
const MIN_SCORE = 3;
const NO_REASON = 'This password is too easy to guess.';

/** Whose password it is to be. */
export interface Person {
  readonly email: string;
  readonly name: string;
  /** Name of the clinic; null for a super admin. */
  readonly clinic: string | null;
}

/** Refuses passwords that are easy to guess, above all for those who know the person (NIST SP 800-63B, 3.1.1.2). */
@Injectable()
export class PasswordRules implements OnApplicationShutdown {
  readonly #thread = new StrengthThread();

  /**
   * @param field of the body, for the answer
   * @throws Problem `weak_password`
   */
  async check(password: string, person: Person, field: string): Promise<void> {
    const warning = weaknessOf(await this.#thread.estimate({ password, personal: personalWords(person) }));
    if (warning === undefined) return;
    throw new Problem('weak_password', {
      detail: warning,
      members: { warning },
      errors: [{ path: field, message: warning }],
    });
  }

  onApplicationShutdown(): void {
    this.#thread.stop();
  }
}

/** Why a password is refused; undefined for one that is good enough. */
export const weaknessOf = ({ score, warning }: Estimate): string | undefined =>
  score >= MIN_SCORE ? undefined : (warning ?? NO_REASON);

/** The address, the names and the clinic, whole and in words. */
export const personalWords = ({ email, name, clinic }: Person): string[] => {
  const texts = [email, name, clinic ?? '', 'wardbell'];
  const words = texts.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]);
  return [...new Set(words.map((word) => word.toLowerCase()))].filter((word) => word.length > 2);
};
