import type { GetToken, Runtime, TokenRequest } from './options.js';
import { createTimer } from './runtime.js';

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

export interface Tokens {
  /** Rejects when the application does, or after 60 s. A question that is already asked is shared. */
  get(reason: TokenRequest['reason']): Promise<string | null>;
  /** Nobody waits for the answer any more. */
  cancel(): void;
}

/** Asks the application for tokens: one question at a time, none without an end. */
export const createTokens = (getToken: GetToken, runtime: Runtime): Tokens => {
  let pending: { readonly answer: Promise<string | null>; cancel(): void } | null = null;
  return {
    get: (reason) => {
      if (pending) return pending.answer;
      const abort = new AbortController();
      const cancel = () => abort.abort();
      const timer = createTimer(runtime);
      timer.set(TOKEN_TIMEOUT_MS, cancel);
      const { signal } = abort;
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      // Called inside a promise, so that a getToken that throws is a rejection like any other.
      const asked = Promise.resolve().then(() => getToken({ reason, signal }));
      const answer = Promise.race([asked, aborted]).finally(() => {
        timer.clear();
        if (pending === mine) pending = null;
      });
      const mine = { answer, cancel };
      pending = mine;
      return answer;
    },
    cancel: () => {
      pending?.cancel();
      pending = null;
    },
  };
};
