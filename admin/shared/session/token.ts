import { BACKGROUND, send } from '../api/api';
import { ApiError, readProblem } from '../api/failure';
import type { Body, EndpointOf, TokenAnswer } from '../api/types';

/** An access token in memory; it is never stored. */
export interface Token {
  readonly value: string;
  readonly userId: string;
  /** Epoch milliseconds by this machine's clock. */
  readonly expiresAtMs: number;
}

/** A token with less left than this is renewed before it is used. */
const SPARE_MS = 30_000;

export const isFresh = (token: Token | null, nowMs = Date.now()): token is Token =>
  token !== null && token.expiresAtMs - nowMs > SPARE_MS;

/** The session that a token of ours belongs to. */
export const sessionIdOf = ({ value }: Token): string | undefined => {
  try {
    const payload = value.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '';
    const claims: unknown = JSON.parse(atob(payload));
    const id = typeof claims === 'object' && claims !== null && 'sid' in claims ? claims.sid : undefined;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
};

const LOCK = 'wardbell.session';
/** A cookie, because it is the one store that a page which is being closed has written for all tabs at once. */
const IN_FLIGHT_NAME = 'wardbell_refreshing';
/** Browsers take the prefix over https only, where it keeps other hosts of the domain from setting the cookie. */
const inFlightCookie = (): { name: string; options: string } =>
  location.protocol === 'https:'
    ? { name: `__Host-${IN_FLIGHT_NAME}`, options: 'path=/; samesite=strict; secure' }
    : { name: IN_FLIGHT_NAME, options: 'path=/; samesite=strict' };
/** Longest time in which the answer to a refresh of a closed page can still set its cookie. */
const PENDING_REFRESH_MS = 3_000;

const toToken = (answer: TokenAnswer): Token => ({
  value: answer.access_token,
  userId: answer.user.id,
  expiresAtMs: Date.now() + answer.expires_in * 1_000,
});

const post = async (path: string, body?: unknown): Promise<Token> => {
  const response = await send(`/api/v1/auth/${path}`, {
    method: 'POST',
    // Outlives the page: an answer that nobody reads still brings the rotated cookie.
    keepalive: true,
    ...(body === undefined
      ? { headers: { [BACKGROUND]: '1' } }
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw await readProblem(response);
  const answer: TokenAnswer = await response.json();
  return toToken(answer);
};

/** Runs `work` in one tab at a time. Web Locks exist in secure contexts only; elsewhere tabs take their chance. */
const alone = <T>(work: () => Promise<T>): Promise<T> =>
  'locks' in navigator ? navigator.locks.request(LOCK, work) : work();

// biome-ignore-start lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser, nor synchronous
const markInFlight = (): void => {
  const { name, options } = inFlightCookie();
  document.cookie = `${name}=${Date.now()}; max-age=${PENDING_REFRESH_MS / 1_000}; ${options}`;
};
const unmarkInFlight = (): void => {
  const { name, options } = inFlightCookie();
  document.cookie = `${name}=; max-age=0; ${options}`;
};
// biome-ignore-end lint/suspicious/noDocumentCookie: only the two writes above
const inFlightSinceMs = (): number =>
  Number(new RegExp(`(?:^|; )${inFlightCookie().name}=(\\d+)`).exec(document.cookie)?.[1] ?? 0);

/**
 * A closed page may have left a refresh under way, whose cookie has not come yet. Sending the old cookie meanwhile would
 * look like a stolen one and end the session, so this waits until it must have come.
 */
const awaitPendingRefresh = async (): Promise<void> => {
  const leftMs = inFlightSinceMs() + PENDING_REFRESH_MS - Date.now();
  if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, PENDING_REFRESH_MS)));
};

/**
 * Trades the refresh cookie for an access token. The cookie is rotated and a second use of the old one ends
 * the session, so only one tab does it at a time; `newer` says whether another has done it meanwhile.
 */
export const refreshToken = (newer: () => Token | null): Promise<Token> =>
  alone(async () => {
    const known = newer();
    if (known) return known;
    await awaitPendingRefresh();
    markInFlight();
    try {
      const token = await post('refresh');
      unmarkInFlight();
      return token;
    } catch (error) {
      // Without an answer it may still be under way: a page that is closed sees its requests fail, too.
      if (error instanceof ApiError) unmarkInFlight();
      throw error;
    }
  });

/** A way to sign in, and what it takes. */
export type Credentials =
  | { readonly by: 'login'; readonly body: Body<EndpointOf<'POST', '/auth/login'>> }
  | { readonly by: 'second-factor'; readonly body: Body<EndpointOf<'POST', '/auth/second-factor'>> }
  | { readonly by: 'passkey-login'; readonly body: Body<EndpointOf<'POST', '/auth/passkey-login'>> };

/**
 * Signs in. Throws `ApiError` or `Unreachable`. An `ApiError` of `second_factor_required`, `password_change_required` or
 * `second_factor_enrolment_required` carries the token of the next step in its `members`.
 */
export const requestToken = ({ by, body }: Credentials): Promise<Token> => alone(() => post(by, body));

/** Unlocks the session of the refresh cookie. Throws `ApiError` or `Unreachable`. */
export const requestUnlock = (proof: Body<EndpointOf<'POST', '/auth/unlock'>>): Promise<Token> =>
  alone(() => post('unlock', proof));

/** Ends the session on the server. */
export const revokeToken = async (): Promise<void> => {
  const response = await send('/api/v1/auth/logout', { method: 'POST', keepalive: true });
  if (!response.ok && response.status !== 401) throw await readProblem(response);
};

/** What a request gets when nobody is signed in. */
export const signedOut = (): ApiError => new ApiError({ status: 401, code: 'signed_out' });
