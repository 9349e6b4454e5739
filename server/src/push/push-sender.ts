import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PUSH_TEST_TITLE, PUSH_TITLE, type PushPayload } from '@wardbell/contract';
import webPush from 'web-push';
import { type BackgroundTask, BackgroundTasks } from '../database/background-tasks.js';
import { RelayPool } from '../database/pools.js';
import { Config } from '../platform/config/config.js';
import type { PushKeyPair } from '../platform/config/push-config.js';
import { VERSION } from '../platform/config/version.js';
import { errorFields } from '../platform/log/error-fields.js';
import { Log } from '../platform/log/log.js';
import { Metrics } from '../platform/metrics/metrics.js';
import { PushMetrics, type PushOutcome } from '../platform/metrics/push-metrics.js';
import { type OutgoingAnswer, OutgoingError, OutgoingHttp } from '../platform/net/outgoing-http.js';
import { parseRetryAfter } from '../platform/net/retry-after.js';
import { PushKeys } from './push-keys.js';
import { CLAIM, DONE, FORGET, RETRY } from './push-statements.js';

const CLAIM_MS = 250;
/** Messages that this instance sends at the same time. */
const BATCH = 64;
/** Well within the lease. */
const TIMEOUT_MS = 8_000;
/** Time for the messages under way when this process stops. */
const STOP_MS = 3_000;
/** The first repetition; each further one waits twice as long. */
const RETRY_S = 1;
const MAX_RETRY_S = 300;
const GONE: ReadonlySet<number> = new Set([404, 410]);

interface Claimed {
  readonly tenant_id: string;
  readonly id: string;
  readonly notice_id: string;
  readonly is_urgent: boolean;
  /** From 1. */
  readonly attempt: number;
  readonly left_s: number;
  readonly subscription_id: string;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly public_key: string;
  /** The browser said that the subscription ends by now. */
  readonly is_over: boolean;
  readonly is_test: boolean;
  readonly verdict: string;
  readonly is_unwanted: boolean;
}

/**
 * Sends the queued messages to push services. Any instance takes those that are due, each message one at a time under a
 * lease: what an instance that was killed had taken is sent by another one when the lease has ended.
 */
@Injectable()
export class PushSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;
  readonly #metrics: PushMetrics;
  readonly #stopping = new AbortController();
  #sending = new Set<Promise<void>>();

  constructor(
    private readonly relay: RelayPool,
    private readonly keys: PushKeys,
    private readonly outgoing: OutgoingHttp,
    private readonly config: Config,
    private readonly log: Log,
    metrics: Metrics,
    tasks: BackgroundTasks,
  ) {
    this.#metrics = new PushMetrics(metrics.registry);
    this.#task = tasks.define({ name: 'push', everyMs: CLAIM_MS }, () => this.#claim());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    const stopped = this.#task.stop();
    await Promise.race([this.#settled(), delay(STOP_MS, undefined, { ref: false })]);
    this.#stopping.abort();
    await Promise.all([stopped, this.#settled()]);
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#sending);
  }

  /** Slow push services hold up no others: each message has a place of its own. */
  async #claim(): Promise<void> {
    const free = BATCH - this.#sending.size;
    if (free <= 0 || this.#stopping.signal.aborted) return;
    const keys = await this.keys.pair();
    const token = randomUUID();
    for (const message of await this.relay.query<Claimed>(CLAIM, [token, free])) {
      const sending = this.#deliver(message, token, keys)
        // the lease ends, and the message is sent again
        .catch((error: unknown) => this.log.warn('a push message could not be handled', errorFields(error)))
        .finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    }
  }

  async #deliver(message: Claimed, token: string, keys: PushKeyPair): Promise<void> {
    const { tenant_id, id, subscription_id, endpoint } = message;
    const { outcome, retryS } = await this.#attempt(message, keys);
    if (outcome === 'gone') await this.relay.query(FORGET, [tenant_id, subscription_id, endpoint]);
    else if (outcome === 'retried') await this.relay.query(RETRY, [tenant_id, id, token, retryS]);
    else await this.relay.query(DONE, [tenant_id, id, token]);
    this.#metrics.ended(outcome);
  }

  async #attempt(message: Claimed, keys: PushKeyPair): Promise<{ outcome: PushOutcome; retryS: number }> {
    const end = (outcome: PushOutcome) => ({ outcome, retryS: 0 });
    // the account is disabled, blocked or has another role: whoever signs in again subscribes again
    if (message.verdict === 'revoked' || message.is_over || message.public_key !== keys.publicKey)
      return end('gone');
    if (message.verdict !== 'ok' || message.is_unwanted) return end('dropped');
    if (message.left_s < 1) return end('expired');
    const answer = await this.#post(message, keys);
    if (answer === 'refused') return end('refused');
    if (answer !== 'failed') {
      const { status } = answer;
      if (status >= 200 && status < 300) return end('sent');
      if (GONE.has(status)) return end('gone');
      if (status !== 429 && status < 500) return end('refused');
    }
    const retryAfterS =
      answer === 'failed' ? undefined : parseRetryAfter(answer.retryAfter, Date.now(), MAX_RETRY_S);
    const retryS = retryAfterS ?? retryDelayS(message.attempt);
    return retryS < message.left_s ? { outcome: 'retried', retryS } : end('expired');
  }

  async #post(message: Claimed, keys: PushKeyPair): Promise<OutgoingAnswer | 'refused' | 'failed'> {
    const { endpoint, p256dh, auth, notice_id, is_urgent, is_test, left_s } = message;
    const payload: PushPayload = { title: is_test ? PUSH_TEST_TITLE : PUSH_TITLE, notice_id };
    const { headers, body } = webPush.generateRequestDetails(
      { endpoint, keys: { p256dh, auth } },
      JSON.stringify(payload),
      {
        vapidDetails: { subject: this.config.push.subject, ...keys },
        TTL: Math.floor(left_s),
        urgency: is_urgent ? 'high' : 'normal',
        // a repetition takes the place of what the browser has not fetched yet
        topic: Buffer.from(notice_id.replaceAll('-', ''), 'hex').toString('base64url'),
        contentEncoding: 'aes128gcm',
      },
    );
    try {
      return await this.outgoing.post({
        url: endpoint,
        headers: { ...headers, 'user-agent': `Wardbell/${VERSION}` },
        body: body ?? Buffer.alloc(0),
        timeoutMs: TIMEOUT_MS,
        signal: this.#stopping.signal,
      });
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      return error.reason === 'address_refused' ? 'refused' : 'failed';
    }
  }
}

/** Doubles, and spreads the repetitions of messages that failed together. */
const retryDelayS = (attempt: number): number =>
  Math.min(MAX_RETRY_S, RETRY_S * 2 ** (attempt - 1)) * (0.8 + 0.4 * Math.random());
