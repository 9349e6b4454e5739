import type { GetToken, Runtime, TokenRequest } from './options.js';
import { createTimer } from './runtime.js';

/** Timeout of the application's token request. The next attempt requests it again. */
export const TOKEN_TIMEOUT_MS = 60_000;

/** The identity in a token, as far as it can be read. */
export interface Identity {
  /** Tenant, user and role. The stream of one identity must never be continued by another. */
  readonly person: string;
  /** The login session. Only tabs of one login session share a connection, so that revocation closes it for all. */
  readonly session: string;
}

/** Reads the claims of a JWT without verifying them. Null when it is not a JWT. */
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
  /** Rejects when the application does, or after 60 s. A request in progress is shared. */
  get(reason: TokenRequest['reason']): Promise<string | null>;
  /** Cancels the request in progress. */
  cancel(): void;
}

/** Requests tokens from the application: one request at a time, each with a timeout. */
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
      // Called inside a promise, so that an exception of getToken becomes a rejection.
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
