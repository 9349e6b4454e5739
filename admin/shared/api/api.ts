import { ApiError, hasCode, readProblem, Unreachable } from './failure';
import { reauthenticate } from './reauthentication';
import type { Answer, Body, EndpointOf, Method, Params, PathOf, Query } from './types';

/** Where access tokens come from; `refused` is told when the server did not take one. */
export interface TokenSource {
  accessToken(): Promise<string>;
  refused(token: string): Promise<void>;
  /** The server says that the session is locked. */
  locked(): void;
}

export interface RequestOptions<E, P extends string> {
  readonly params?: Params<P>;
  readonly query?: Query<E>;
  readonly body?: Body<E>;
  /** Version that a `PATCH` or `DELETE` expects to find (412 otherwise). */
  readonly ifMatch?: number;
  readonly idempotencyKey?: string;
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean;
  /** Counts as an action of the person. Writes do by default, reads do not: timers and frames cause most of them. */
  readonly byPerson?: boolean;
  readonly signal?: AbortSignal;
  /**
   * Fails as unreachable without an answer in this time: a network that has just gone reports nothing for minutes. For writes
   * that people wait for; the write may have happened.
   */
  readonly answerWithinMs?: number;
}

/** For a click that the server answers in milliseconds. */
export const ANSWER_MS = 10_000;

const BASE = '/api/v1';

/** Header of requests that do not keep the login session from ending for idleness. */
export const BACKGROUND = 'wardbell-background';

type SendOptions = Pick<
  RequestOptions<never, never>,
  'ifMatch' | 'idempotencyKey' | 'keepalive' | 'signal' | 'byPerson' | 'answerWithinMs'
> & { readonly body?: unknown };

/** Address of an endpoint: parameters filled in, query appended, nothing undefined in it. */
export const addressOf = (
  path: string,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): string => {
  const filled = path.replace(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  return `${BASE}${filled}${search.size > 0 ? `?${search}` : ''}`;
};

/**
 * The API of the server that serves this page. Each call is typed by the contract's route; an answer is
 * not parsed again: it comes from the same release, which tests its answers against the same schemas.
 */
export class Api {
  readonly #tokens: TokenSource;

  constructor(tokens: TokenSource) {
    this.#tokens = tokens;
  }

  /**
   * Calls an endpoint. Throws `ApiError` or `Unreachable` (see `failure.ts`), or the `AbortError` of
   * `signal`. A token that the server refuses is renewed once, and the person is asked to authenticate again where the
   * server demands it.
   */
  async call<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    options: RequestOptions<EndpointOf<M, P>, P> = {},
  ): Promise<Answer<EndpointOf<M, P>>> {
    const url = addressOf(path, options.params, options.query);
    return this.#read(await this.#ask(url, method, options));
  }

  /** The body of an endpoint that answers with a file. Fails like `call`. */
  async download<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    options: Pick<RequestOptions<EndpointOf<M, P>, P>, 'query' | 'body' | 'signal'>,
  ): Promise<Blob> {
    const response = await this.#ask(addressOf(path, {}, options.query), method, options);
    try {
      return await response.blob();
    } catch (error) {
      throw isAbort(error) ? error : new Unreachable(error);
    }
  }

  async #ask(url: string, method: string, options: SendOptions): Promise<Response> {
    const response = await this.#attempt(url, method, options);
    if (response.ok) return response;
    const problem = await readProblem(response);
    if (hasCode(problem, 'session_locked')) this.#tokens.locked();
    if (!hasCode(problem, 'reauthentication_required') || !(await reauthenticate())) throw problem;
    const repeated = await this.#attempt(url, method, options);
    if (!repeated.ok) throw await readProblem(repeated);
    return repeated;
  }

  async #attempt(url: string, method: string, options: SendOptions): Promise<Response> {
    const token = await this.#tokens.accessToken();
    const response = await this.#send(url, method, token, options);
    if (response.status !== 401) return response;
    await this.#tokens.refused(token);
    return this.#send(url, method, await this.#tokens.accessToken(), options);
  }

  async #send(url: string, method: string, token: string, options: SendOptions): Promise<Response> {
    const headers = new Headers({ authorization: `Bearer ${token}` });
    if (!(options.byPerson ?? method !== 'GET')) headers.set(BACKGROUND, '1');
    if (options.body !== undefined) headers.set('content-type', 'application/json');
    if (options.ifMatch !== undefined) headers.set('if-match', `"${options.ifMatch}"`);
    if (options.idempotencyKey !== undefined) headers.set('idempotency-key', options.idempotencyKey);
    const init = {
      method,
      headers,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.keepalive ? { keepalive: true } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    };
    return options.answerWithinMs === undefined
      ? send(url, init)
      : sendWithin(options.answerWithinMs, url, init);
  }

  async #read(response: Response) {
    if (response.status === 204 || response.headers.get('content-length') === '0') return undefined;
    try {
      return await response.json();
    } catch (error) {
      if (isAbort(error)) throw error;
      // The body broke off, or something that is not our server answered.
      throw error instanceof SyntaxError
        ? new ApiError({ status: 502, code: 'unknown' })
        : new Unreachable(error);
    }
  }
}

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';

/** `fetch` that tells "no answer" (`Unreachable`) from "we gave up" (`AbortError`). */
export const send = async (url: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(url, { cache: 'no-store', credentials: 'same-origin', ...init });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Unreachable(error);
  }
};

/** `send` that gives up when no answer has begun in time. */
const sendWithin = async (ms: number, url: string, init: RequestInit): Promise<Response> => {
  const limit = new AbortController();
  const abort = () => limit.abort(init.signal?.reason);
  init.signal?.addEventListener('abort', abort);
  const timer = setTimeout(() => limit.abort(new Unreachable()), ms);
  try {
    return await send(url, { ...init, signal: limit.signal });
  } finally {
    clearTimeout(timer);
    init.signal?.removeEventListener('abort', abort);
  }
};
