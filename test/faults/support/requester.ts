import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Ledger, Outcome } from './ledger.js';
import type { Random } from './random.js';

/** Short, so that many outcomes are unknown. */
const TIMEOUT_MS = 5_000;

const Problem = z.looseObject({ code: z.string() });

export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly token: () => Promise<string>;
  readonly body?: object;
  /** Only this version may be changed. */
  readonly version?: number;
  /** Status that, at a second attempt, says that the first one took effect. */
  readonly provesFirst?: number;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

/** Sends requests and tries each again until its outcome is known, with the same Idempotency-Key or version. */
export class Requester {
  #deadlineMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly parts: { readonly apiUrl: string; readonly ledger: Ledger; readonly random: Random },
  ) {}

  /** What is under way is tried until then. */
  stop(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs;
  }

  /** Tries until the outcome is known. `body` is that of the success, if there was one. */
  async settle(request: Request): Promise<{ readonly outcome: Outcome; readonly body?: unknown }> {
    const key = randomUUID();
    for (let attempt = 1; performance.now() < this.#deadlineMs; attempt++) {
      const answer = await this.#send(request, key);
      if (answer && answer.status < 300) return { outcome: 'acknowledged', body: answer.body };
      if (answer && attempt > 1 && answer.status === request.provesFirst) return { outcome: 'acknowledged' };
      if (answer && !isTemporary(answer)) {
        this.parts.ledger.surprises.push(`${request.method} ${request.path}: ${describe(answer)}`);
        if (answer.status < 500) return { outcome: 'undone' };
      }
      await delay(this.parts.random.between(50, 400));
    }
    return { outcome: 'unknown' };
  }

  /** Undefined when no answer came. */
  async #send({ method, path, token, body, version }: Request, key: string): Promise<Answer | undefined> {
    try {
      const response = await fetch(`${this.parts.apiUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await token()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(method === 'POST' ? { 'idempotency-key': key } : {}),
          ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        body: text === '' ? undefined : JSON.parse(text),
      };
    } catch {
      return undefined; // cut off, killed or too slow: it may have happened
    }
  }
}

/** Answers that say when to come again: the database is away, or the first attempt is still running. */
const isTemporary = ({ status, retryAfter }: Answer): boolean =>
  (status === 503 || status === 409) && retryAfter !== null;

const describe = ({ status, body }: Answer): string => {
  const problem = Problem.safeParse(body);
  return `${status} ${problem.success ? problem.data.code : 'without a code'}`;
};
