import { Injectable } from '@nestjs/common';
import type { KeyRole, WebhookOutcome } from '@wardbell/contract';
import { Database } from '../database/database.service.js';
import { RelayPool } from '../database/pools.js';
import { SYSTEM } from '../database/principal.js';
import { sendNotice } from '../notices/send-notice.js';
import {
  CLAIM,
  LAG,
  NEXT_RETRY,
  PRUNE,
  RECORD,
  RECORD_RETRY,
  RECORD_TEST,
  RELEASE,
  RENEW,
  SKIP,
} from './statements.js';

interface Row {
  readonly id: string;
  readonly tenant_id: string;
  readonly url: string;
  readonly types: string[];
  readonly payload: KeyRole;
  readonly position: bigint;
  readonly attempt: number;
  readonly test_id: string | null;
  readonly epoch: string;
  readonly current_epoch: string;
  readonly is_due: boolean;
  readonly head: bigint;
  readonly secrets: Buffer[];
}

/** A webhook as its sender needs it, at the moment of the last renewal of its lease. */
export interface WebhookState {
  readonly id: string;
  readonly tenantId: string;
  readonly url: string;
  /** Null: all. */
  readonly types: readonly string[] | null;
  readonly payload: KeyRole;
  /** Events up to this number are done. */
  readonly position: number;
  /** Failed attempts of the next event. */
  readonly attempt: number;
  readonly testId: string | null;
  /** History in which `position` counts, and the present one. */
  readonly epoch: string;
  readonly currentEpoch: string;
  /** Active, and not waiting for a repetition. */
  readonly isDue: boolean;
  readonly head: number;
  readonly secrets: readonly Buffer[];
}

/** What one attempt came to. */
export interface AttemptResult {
  readonly outcome: WebhookOutcome;
  /** Null without an answer. */
  readonly status: number | null;
  readonly retryAfter: string | undefined;
  readonly durationMs: number;
}

/** A message of the log: an event, or the notice that some are no longer there. */
export interface LogMessage {
  /** `webhook-id`, the same at each attempt. */
  readonly id: string;
  readonly type: string;
  /** Null: not an event. */
  readonly seq: number | null;
  readonly body: Buffer;
  /** Position of the webhook after this message. */
  readonly to: number;
}

export interface DeadLetterRetry {
  readonly id: string;
  readonly message_id: string;
  readonly type: string;
  readonly event: string;
}

/** `delayS` undefined: the last attempt, the message becomes a dead letter unless it was a success. */
export interface AttemptRecord {
  readonly message: LogMessage;
  readonly result: AttemptResult;
  readonly delayS: number | undefined;
}

/** The rows of webhooks as senders read and write them, as the relay role. */
@Injectable()
export class WebhookStore {
  constructor(
    private readonly relay: RelayPool,
    private readonly database: Database,
  ) {}

  /** Takes the lease of up to `limit` webhooks that have something to send. */
  async claim(token: string, limit: number): Promise<string[]> {
    return (await this.relay.query<{ id: string }>(CLAIM, [token, limit])).map(({ id }) => id);
  }

  /** Extends the lease by `LEASE_MS`. Undefined when it was lost or the webhook is gone. */
  async renew(id: string, token: string): Promise<WebhookState | undefined> {
    const [row] = await this.relay.query<Row>(RENEW, [id, token]);
    return row && toState(row);
  }

  async release(id: string, token: string): Promise<void> {
    await this.relay.query(RELEASE, [id, token]);
  }

  /** Moves the position past events that the webhook does not get. */
  async skip({ id, position }: WebhookState, token: string, to: number): Promise<void> {
    await this.relay.query(SKIP, [id, token, position, to]);
  }

  async nextRetry({ id }: WebhookState): Promise<DeadLetterRetry | undefined> {
    const [row] = await this.relay.query<DeadLetterRetry>(NEXT_RETRY, [id]);
    return row;
  }

  /** Returns true when the webhook has had no success for too long. */
  async record(
    endpoint: WebhookState,
    token: string,
    { message, result, delayS }: AttemptRecord,
  ): Promise<boolean> {
    const isSuccess = result.outcome === 'success';
    const [row] = await this.relay.query<{ must_disable: boolean | null }>(RECORD, [
      endpoint.id,
      token,
      isSuccess || delayS === undefined,
      endpoint.position,
      message.to,
      endpoint.currentEpoch,
      isSuccess ? 0 : (delayS ?? 0),
      isSuccess,
      message.id,
      message.seq,
      message.type,
      endpoint.attempt + 1,
      result.outcome,
      result.status,
      result.durationMs,
      reasonOf(result),
      endpoint.payload,
      message.body.toString(),
    ]);
    return row?.must_disable ?? false;
  }

  async recordTest(
    { id, testId }: WebhookState,
    token: string,
    type: string,
    { outcome, status, durationMs }: AttemptResult,
  ): Promise<void> {
    await this.relay.query(RECORD_TEST, [id, token, testId, type, outcome, status, durationMs]);
  }

  async recordRetry({ id }: WebhookState, letter: DeadLetterRetry, result: AttemptResult): Promise<void> {
    const { outcome, status, durationMs } = result;
    const values = [
      id,
      letter.id,
      letter.message_id,
      letter.type,
      outcome,
      status,
      durationMs,
      reasonOf(result),
    ];
    await this.relay.query(RECORD_RETRY, values);
  }

  /** Disables a webhook and notifies the administrators of its tenant. */
  async disable({ id, tenantId, url }: WebhookState, reason: 'gone' | 'failing'): Promise<void> {
    await this.database.acrossTenants(SYSTEM, async (tx) => {
      const changed = await tx.sql.execute`
        UPDATE wardbell.webhook w
        SET status = 'disabled', disabled_reason = ${reason}, version = w.version + 1, updated_at = clock_timestamp()
        WHERE w.id = ${id}::uuid AND w.status = 'active'`;
      if (changed === 0) return;
      const cause = reason === 'gone' ? 'it answered 410 Gone' : 'it has not succeeded for 5 days';
      await sendNotice(tx, tenantId, {
        message: `The webhook to ${new URL(url).host} was disabled: ${cause}.`,
        level: 'warning',
        audience: { roles: ['tenant_admin'] },
      });
      const audit = { action: 'webhook.disable', objectType: 'webhook', objectId: id, changed: ['status'] };
      tx.audit(audit, tenantId);
    });
  }

  /** Age in seconds of the oldest event that an active webhook was not sent. */
  async lagS(): Promise<number> {
    const [row] = await this.relay.query<{ seconds: number }>(LAG);
    return row?.seconds ?? 0;
  }

  /** Deletes attempts that are past their time or their number. */
  async prune(): Promise<void> {
    await this.relay.query(PRUNE);
  }
}

/** Of a dead letter: `http_500`, or the outcome when there was no answer. */
const reasonOf = ({ outcome, status }: AttemptResult): string =>
  outcome === 'http_error' ? `http_${status}` : outcome;

const toState = (row: Row): WebhookState => ({
  id: row.id,
  tenantId: row.tenant_id,
  url: row.url,
  types: row.types.length === 0 ? null : row.types,
  payload: row.payload,
  position: Number(row.position),
  attempt: row.attempt,
  testId: row.test_id,
  epoch: row.epoch,
  currentEpoch: row.current_epoch,
  isDue: row.is_due,
  head: Number(row.head),
  secrets: row.secrets,
});
