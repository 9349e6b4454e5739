import { backoffMs } from './backoff.js';
import type { ApplicationData } from './events.js';
import type { GetToken } from './options.js';
import { problemOf, RestProblem } from './rest-problem.js';

/** After this many attempts `publish` throws. */
const ATTEMPTS = 6;

/** An event of your application. */
export interface Publication<Type extends string, Data extends object> {
  readonly type: Type;
  readonly data: Data;
  /** Only these users or roles get it; absent: everybody of the tenant. */
  readonly audience?: { readonly user_ids?: readonly string[]; readonly roles?: readonly string[] };
  /** Identifies the event within its source: one that is repeated is published once. A new UUID if absent. */
  readonly id?: string;
}

/** The event as it stands in the log. */
export interface Published {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly timestamp: string;
}

export interface PublisherOptions {
  /** Origin of the server, such as `https://clinic.example`. Defaults to the origin of the page. */
  readonly url?: string | URL;
  /** Returns an integration key with the scope `events:write`, or the token of a tenant admin. */
  readonly getToken: GetToken;
  /** The service that publishes, as a URI reference: CloudEvents `source`. */
  readonly source: string;
  readonly fetch?: typeof fetch;
}

export type Publish<App extends ApplicationData> = <Type extends keyof App & string>(
  event: Publication<Type, App[Type]>,
  options?: { readonly signal?: AbortSignal },
) => Promise<Published>;

const mayRepeat = (status: number): boolean => status === 409 || status === 429 || status >= 500;

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/**
 * Returns a function that publishes events over HTTP, each exactly once: a request without an answer, 409, 429 and 5xx
 * are repeated, and the server takes `source` and `id` once in 24 hours. It throws a `RestProblem` for any other
 * refusal, and the last error after six attempts.
 */
export const createPublisher = <App extends ApplicationData = Record<string, object>>({
  url = '',
  getToken,
  source,
  fetch: send = globalThis.fetch,
}: PublisherOptions): Publish<App> => {
  const address = `${String(url).replace(/\/$/, '')}/api/v1/events`;

  return async ({ type, data, audience, id }, { signal = new AbortController().signal } = {}) => {
    const body = JSON.stringify({
      specversion: '1.0',
      id: id ?? crypto.randomUUID(),
      source,
      type,
      data,
      ...(audience?.user_ids?.length ? { audienceusers: audience.user_ids.join(',') } : {}),
      ...(audience?.roles?.length ? { audienceroles: audience.roles.join(',') } : {}),
    });
    const attempt = async (): Promise<Published> => {
      const token = await getToken({ reason: 'connect', signal });
      const headers: Record<string, string> = {
        'content-type': 'application/cloudevents+json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      };
      const response = await send(address, { method: 'POST', headers, body, signal });
      if (!response.ok) throw await problemOf(response);
      return response.json();
    };
    for (let made = 1; ; made++) {
      try {
        return await attempt();
      } catch (error) {
        const isProblem = error instanceof RestProblem;
        if (signal.aborted || made === ATTEMPTS || (isProblem && !mayRepeat(error.status))) throw error;
        const floorMs = isProblem ? (error.retryAfterMs ?? 0) : 0;
        await wait(floorMs + backoffMs(made, Math.random()), signal);
      }
    }
  };
};
