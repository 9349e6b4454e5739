import type { GetToken, Runtime, TokenRequest } from './options.js';

/** A token endpoint slower than this has failed; the next attempt asks again. */
export const TOKEN_TIMEOUT_MS = 60_000;

/** Whom a token speaks for, as far as it can be read. */
export interface Identity {
  /** Tenant, user and role: another person must never continue this one's stream. */
  readonly person: string;
  /** The person's session: only tabs of one session share a connection, so that revocation cuts them all. */
  readonly session: string;
}

/** Reads a JWT's claims without verifying them; null for what is no JWT. */
export const identityOf = (token: string): Identity | null => {
  try {
    const payload = token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/');
    // Not decoded as UTF-8: identities are compared, never shown.
    const { tenant_id, sub, role, sid }: Partial<Record<string, unknown>> = JSON.parse(atob(payload ?? ''));
    const person = JSON.stringify([tenant_id, sub, role]);
    return sub === undefined ? null : { person, session: JSON.stringify([person, sid]) };
  } catch {
    return null;
  }
};

/** Asks the application for tokens: one question at a time, none without an end. */
export class Tokens {
  #pending: { answer: Promise<string | null>; abort: AbortController } | null = null;

  constructor(
    private readonly getToken: GetToken,
    private readonly runtime: Runtime,
  ) {}

  /** Rejects when the application does, or after 60 s. A question that is already asked is shared. */
  get(reason: TokenRequest['reason']): Promise<string | null> {
    if (this.#pending) return this.#pending.answer;
    const abort = new AbortController();
    const { signal } = abort;
    const forget = () => {
      if (this.#pending?.abort === abort) this.#pending = null;
    };
    const answer = new Promise<string | null>((resolve, reject) => {
      const cancelTimeout = this.runtime.later(() => abort.abort(), TOKEN_TIMEOUT_MS);
      signal.addEventListener('abort', () => {
        cancelTimeout();
        forget();
        reject(signal.reason);
      });
      // Called inside a promise, so that a getToken that throws is a rejection like any other.
      Promise.resolve()
        .then(() => this.getToken({ reason, signal }))
        .finally(() => {
          cancelTimeout();
          forget();
        })
        .then(resolve, reject);
    });
    this.#pending = { answer, abort };
    return answer;
  }

  /** Nobody waits for the answer any more. */
  cancel(): void {
    this.#pending?.abort.abort();
    this.#pending = null;
  }
}
