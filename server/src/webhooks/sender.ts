import { WEBHOOK_TIMEOUT_MS, type WebhookOutcome } from '@wardbell/contract';
import { type OutgoingAnswer, OutgoingError, type OutgoingHttp } from '../platform/net/outgoing-http.js';
import type { Lease } from './lease.js';
import type { LogMessages } from './log-messages.js';
import { retryDelayS } from './retry-schedule.js';
import { signedHeaders } from './signature.js';
import type { AttemptResult, LogMessage, WebhookState, WebhookStore } from './webhook-store.js';

/** The lease is released after this time, so that other webhooks get a sender. */
const MAX_SEND_MS = 30_000;
const GONE = 410;
const PING = 'ping';

export interface SenderParts {
  readonly store: WebhookStore;
  readonly outgoing: OutgoingHttp;
  readonly log: LogMessages;
  readonly lease: Lease;
  readonly userAgent: string;
  readonly onAttempt: (outcome: WebhookOutcome) => void;
  readonly onDeadLetter: () => void;
  /** Aborted when this process stops. */
  readonly stopping: AbortSignal;
}

type Outgoing = Pick<LogMessage, 'id' | 'body'>;

/** One turn of sending to one endpoint, under its lease: one message after the other. */
export class Sender {
  constructor(private readonly parts: SenderParts) {}

  /** Sends until nothing is due, an attempt fails or the turn is over. */
  async run(): Promise<void> {
    const { lease, stopping } = this.parts;
    const endMs = performance.now() + MAX_SEND_MS;
    try {
      while (performance.now() < endMs && !stopping.aborted) {
        const endpoint = await lease.renew();
        if (endpoint === undefined || !(await this.#step(endpoint))) return;
      }
    } finally {
      await lease.release();
    }
  }

  /** Sends one message. False when nothing is left to do now. */
  async #step(endpoint: WebhookState): Promise<boolean> {
    const { store, log, lease } = this.parts;
    if (endpoint.testId !== null) return this.#sendTest(endpoint, endpoint.testId);
    const letter = await store.nextRetry(endpoint);
    if (letter) {
      const result = await this.#send(endpoint, { id: letter.message_id, body: Buffer.from(letter.event) });
      if (result) await store.recordRetry(endpoint, letter, result);
      return result !== undefined;
    }
    if (!endpoint.isDue) return false;
    const next = await log.next(endpoint);
    if ('skippedTo' in next) {
      if (next.skippedTo === endpoint.position) return false;
      await store.skip(endpoint, lease.token, next.skippedTo);
      return true;
    }
    return this.#sendLogged(endpoint, next.message);
  }

  async #sendLogged(endpoint: WebhookState, message: LogMessage): Promise<boolean> {
    const { store, lease, onDeadLetter } = this.parts;
    const result = await this.#send(endpoint, message);
    if (!result) return false;
    const delayS = retryDelayS(endpoint.attempt + 1, result.retryAfter);
    const mustDisable = await store.record(endpoint, lease.token, { message, result, delayS });
    if (delayS === undefined && result.outcome !== 'success') onDeadLetter();
    if (result.status === GONE) await store.disable(endpoint, 'gone');
    else if (mustDisable) await store.disable(endpoint, 'failing');
    return true;
  }

  async #sendTest(endpoint: WebhookState, id: string): Promise<boolean> {
    const frame = {
      type: PING,
      id,
      tenant_id: endpoint.tenantId,
      timestamp: new Date().toISOString(),
      data: {},
    };
    const result = await this.#send(endpoint, { id, body: Buffer.from(JSON.stringify(frame)) });
    if (result) await this.parts.store.recordTest(endpoint, this.parts.lease.token, PING, result);
    return result !== undefined;
  }

  /** One attempt. Undefined when the lease ended before the answer. */
  async #send(endpoint: WebhookState, message: Outgoing): Promise<AttemptResult | undefined> {
    const { lease, onAttempt } = this.parts;
    const startMs = performance.now();
    const result = await lease.during(() => this.#post(endpoint, message));
    if (!lease.isHeld) return undefined;
    onAttempt(result.outcome);
    return { ...result, durationMs: Math.round(performance.now() - startMs) };
  }

  async #post(endpoint: WebhookState, { id, body }: Outgoing): Promise<Omit<AttemptResult, 'durationMs'>> {
    const { outgoing, lease, userAgent } = this.parts;
    try {
      return toResult(
        await outgoing.post({
          url: endpoint.url,
          headers: {
            'content-type': 'application/json',
            'user-agent': userAgent,
            ...signedHeaders(id, Math.floor(Date.now() / 1_000), body, endpoint.secrets),
          },
          body,
          timeoutMs: WEBHOOK_TIMEOUT_MS,
          signal: lease.signal,
        }),
      );
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      return { outcome: error.reason, status: null, retryAfter: undefined };
    }
  }
}

const toResult = ({ status, retryAfter }: OutgoingAnswer): Omit<AttemptResult, 'durationMs'> => ({
  outcome: status >= 200 && status < 300 ? 'success' : 'http_error',
  status,
  retryAfter,
});
