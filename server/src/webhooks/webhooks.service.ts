import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  MAX_WEBHOOK_SECRETS,
  MAX_WEBHOOKS,
  OLD_SECRET_S,
  type PageQuery,
  type Webhook,
  type WebhookAttempt,
  type WebhookCreate,
  type WebhookCreated,
  type WebhookRewind,
  type WebhookSecretAnswer,
  type WebhookUpdate,
} from '@wardbell/contract';
import type { z } from 'zod';
import { Pager } from '../api/paging/page.js';
import { defined } from '../api/parsing/defined.js';
import { auditedChange } from '../database/audited-change.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import { OutgoingHttp } from '../platform/net/outgoing-http.js';
import { NIL_UUID } from '../platform/uuid.js';
import { makeSecret, secretText } from './signature.js';
import { COLUMNS, toAttempt, toWebhook } from './webhook-row.js';

type Query = z.output<typeof PageQuery>;
interface Page<Row> {
  readonly data: Row[];
  readonly next: string | null;
}
interface Sortable {
  readonly id: string;
  readonly sort_key: string;
}

const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const FIELDS = ['url', 'types', 'payload', 'description', 'status'] as const;

/** Webhooks, as the administrators of their tenant manage them. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly pager: Pager,
    private readonly outgoing: OutgoingHttp,
  ) {}

  /** The oldest first. */
  async page(tx: Tx, { after, limit }: Query): Promise<Page<Webhook>> {
    const list = `webhooks/${tx.tenantId}`;
    const [at, id] = this.pager.start(list, after, ['-infinity', NIL_UUID]);
    const rows = await tx.sql.query<Sortable[]>`
      SELECT ${COLUMNS} FROM wardbell.webhook w
      WHERE w.tenant_id = wardbell.current_tenant() AND (w.created_at, w.id) > (${at}::timestamptz, ${id}::uuid)
      ORDER BY w.created_at, w.id LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.sort_key, row.id]);
    return { data: cut.rows.map(toWebhook), next: cut.next };
  }

  async get(tx: Tx, id: string): Promise<Webhook> {
    const [row] = await tx.sql.query`
      SELECT ${COLUMNS} FROM wardbell.webhook w
      WHERE w.tenant_id = wardbell.current_tenant() AND w.id = ${id}::uuid`;
    if (row === undefined) throw new Problem('not_found');
    return toWebhook(row);
  }

  /** @throws Problem `validation_failed`, `too_many_objects` */
  async create(tx: Tx, body: WebhookCreate): Promise<WebhookCreated> {
    this.#refuseUrl(body.url);
    const [{ count } = { count: 0n }] = await tx.sql.query<{ count: bigint }[]>`
      SELECT count(*) FROM wardbell.webhook w WHERE w.tenant_id = wardbell.current_tenant()`;
    if (count >= MAX_WEBHOOKS) throw new Problem('too_many_objects');
    const [row] = await tx.sql.query`
      INSERT INTO wardbell.webhook AS w (tenant_id, url, types, payload, description, position, epoch, created_by)
      SELECT wardbell.current_tenant(), ${body.url}, ${body.types ?? []}::text[], ${body.payload},
             ${body.description ?? null}, coalesce((SELECT h.seq FROM wardbell.tenant_head h
                                                    WHERE h.tenant_id = wardbell.current_tenant()), 0),
             i.epoch, ${tx.principal.userId}
      FROM wardbell.installation i
      RETURNING ${COLUMNS}`;
    const created = toWebhook(row);
    const secret = await this.#addSecret(tx, created.id);
    tx.audit({
      action: 'webhook.create',
      objectType: 'webhook',
      objectId: created.id,
      changed: FIELDS.filter((field) => field !== 'status'),
    });
    return { ...created, secret };
  }

  /** A change of the endpoint or its status ends the waiting for a repetition. */
  async update(tx: Tx, id: string, body: WebhookUpdate, ifMatch: readonly number[] | null): Promise<Webhook> {
    if (body.url !== undefined) this.#refuseUrl(body.url);
    const current = await this.#lock(tx, id, ifMatch);
    const next = { ...current, ...defined(body) };
    const changed = FIELDS.filter((field) => JSON.stringify(next[field]) !== JSON.stringify(current[field]));
    if (changed.length === 0) return current;
    const isActive = next.status === 'active';
    const [row] = await tx.sql.query`
      UPDATE wardbell.webhook w
      SET url = ${next.url}, types = ${next.types ?? []}::text[], payload = ${next.payload},
          description = ${next.description}, status = ${next.status},
          disabled_reason = CASE WHEN ${isActive} THEN NULL ELSE coalesce(w.disabled_reason, 'administrator') END,
          attempt = 0, next_attempt_at = clock_timestamp(),
          failing_since = CASE WHEN w.status <> ${next.status} THEN NULL ELSE w.failing_since END,
          version = w.version + 1, updated_at = clock_timestamp()
      WHERE w.tenant_id = wardbell.current_tenant() AND w.id = ${id}::uuid
      RETURNING ${COLUMNS}`;
    const written = toWebhook(row);
    const details = auditedChange(told(current), told(written), ['url', 'types', 'payload', 'status']);
    tx.audit({ action: 'webhook.update', objectType: 'webhook', objectId: id, changed, details });
    return written;
  }

  async remove(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<void> {
    await this.#lock(tx, id, ifMatch);
    await tx.sql.execute`
      DELETE FROM wardbell.webhook w WHERE w.tenant_id = wardbell.current_tenant() AND w.id = ${id}::uuid`;
    tx.audit({ action: 'webhook.delete', objectType: 'webhook', objectId: id });
  }

  /** @throws Problem `too_many_objects` when too many replaced secrets still sign */
  async rotateSecret(tx: Tx, id: string): Promise<WebhookSecretAnswer> {
    await this.#lock(tx, id, null);
    await tx.sql.execute`
      DELETE FROM wardbell.webhook_secret s WHERE s.webhook_id = ${id}::uuid AND s.expires_at < clock_timestamp()`;
    const [{ count } = { count: 0n }] = await tx.sql.query<{ count: bigint }[]>`
      SELECT count(*) FROM wardbell.webhook_secret s WHERE s.webhook_id = ${id}::uuid`;
    if (count >= MAX_WEBHOOK_SECRETS) throw new Problem('too_many_objects');
    const expiresAt = new Date(tx.now.getTime() + OLD_SECRET_S * 1_000);
    await tx.sql.execute`
      UPDATE wardbell.webhook_secret s SET expires_at = ${expiresAt}
      WHERE s.webhook_id = ${id}::uuid AND s.expires_at IS NULL`;
    const secret = await this.#addSecret(tx, id);
    tx.audit({ action: 'webhook.rotate_secret', objectType: 'webhook', objectId: id, changed: ['secret'] });
    return { secret, old_secret_expires_at: expiresAt.toISOString() };
  }

  /** A test that was not sent yet is replaced. */
  async test(tx: Tx, id: string): Promise<{ id: string }> {
    const testId = randomUUID();
    const updated = await tx.sql.execute`
      UPDATE wardbell.webhook w SET test_id = ${testId}::uuid
      WHERE w.tenant_id = wardbell.current_tenant() AND w.id = ${id}::uuid`;
    if (updated === 0) throw new Problem('not_found');
    tx.audit({ action: 'webhook.test', objectType: 'webhook', objectId: id });
    return { id: testId };
  }

  /** @throws Problem `validation_failed` for a number that no event has yet */
  async rewind(tx: Tx, id: string, { seq }: WebhookRewind): Promise<Webhook> {
    await this.#lock(tx, id, null);
    const [row] = await tx.sql.query`
      UPDATE wardbell.webhook w
      SET position = ${seq - 1}::bigint, epoch = i.epoch, attempt = 0, next_attempt_at = clock_timestamp(),
          version = w.version + 1, updated_at = clock_timestamp()
      FROM wardbell.installation i, wardbell.tenant_head h
      WHERE w.tenant_id = wardbell.current_tenant() AND w.id = ${id}::uuid
        AND h.tenant_id = w.tenant_id AND h.seq >= ${seq}::bigint
      RETURNING ${COLUMNS}`;
    if (row === undefined) {
      throw new Problem('validation_failed', {
        errors: [{ path: 'seq', message: 'must be the number of an event' }],
      });
    }
    tx.audit({ action: 'webhook.rewind', objectType: 'webhook', objectId: id, changed: ['position'] });
    return toWebhook(row);
  }

  /** The newest first. */
  async attempts(tx: Tx, id: string, { after, limit }: Query): Promise<Page<WebhookAttempt>> {
    await this.get(tx, id);
    const list = `webhook-attempts/${id}`;
    const [at, last] = this.pager.start(list, after, ['infinity', LAST_UUID]);
    const rows = await tx.sql.query<Sortable[]>`
      SELECT a.id::text, a.message_id, a.seq, a.type, a.attempt, a.outcome, a.status, a.duration_ms, a.at,
             a.next_attempt_at, a.at::text AS sort_key
      FROM wardbell.webhook_attempt a
      WHERE a.tenant_id = wardbell.current_tenant() AND a.webhook_id = ${id}::uuid
        AND (a.at, a.id) < (${at}::timestamptz, ${last}::uuid)
      ORDER BY a.at DESC, a.id DESC LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.sort_key, row.id]);
    return { data: cut.rows.map(toAttempt), next: cut.next };
  }

  #refuseUrl(url: string): void {
    if (this.outgoing.isPossible(new URL(url))) return;
    throw new Problem('validation_failed', {
      errors: [{ path: 'url', message: 'must be an https URL of a public host' }],
    });
  }

  /** Locks the row until the transaction ends. */
  async #lock(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<Webhook> {
    const [row] = await tx.sql.query`
      SELECT ${COLUMNS} FROM wardbell.webhook w
      WHERE w.tenant_id = wardbell.current_tenant() AND w.id = ${id}::uuid FOR UPDATE`;
    if (row === undefined) throw new Problem('not_found');
    const current = toWebhook(row);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    return current;
  }

  async #addSecret(tx: Tx, webhookId: string): Promise<string> {
    const secret = makeSecret();
    await tx.sql.execute`
      INSERT INTO wardbell.webhook_secret (tenant_id, webhook_id, secret)
      VALUES (wardbell.current_tenant(), ${webhookId}::uuid, ${secret})`;
    return secretText(secret);
  }
}

/** The rest of an address may contain a secret. */
const told = (webhook: Webhook) => ({ ...webhook, url: new URL(webhook.url).origin });
