import { createECDH } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { MAX_PUSH_SUBSCRIPTIONS, type PushSubscriptionCreate } from '@wardbell/contract';
import { streamRoleOf } from '../database/principal.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import { OutgoingHttp } from '../platform/net/outgoing-http.js';
import { PushKeys } from './push-keys.js';

/** The browsers of a person. */
@Injectable()
export class PushService {
  readonly #curve = createECDH('prime256v1');

  constructor(
    private readonly keys: PushKeys,
    private readonly outgoing: OutgoingHttp,
  ) {
    this.#curve.generateKeys();
  }

  async publicKey(): Promise<string> {
    return (await this.keys.pair()).publicKey;
  }

  /** @throws Problem `validation_failed` for an address that is not permitted or a key that is none */
  async subscribe(
    tx: Tx,
    { endpoint, expirationTime, keys }: PushSubscriptionCreate,
    publicKey: string,
  ): Promise<string> {
    if (!this.outgoing.isPossible(new URL(endpoint))) throw invalid('endpoint', 'is not permitted');
    if (!this.#isOnCurve(keys.p256dh)) throw invalid('keys/p256dh', 'must be a public key');
    const { principal } = tx;
    const expiresAt = expirationTime == null ? null : new Date(expirationTime);
    const [row] = await tx.sql.query<{ id: string }[]>`
      SELECT wardbell.subscribe_push(
        wardbell.current_tenant(), ${principal.userId}, ${streamRoleOf(principal)}, ${principal.sessionId}::uuid,
        ${endpoint}, ${keys.p256dh}, ${keys.auth}, ${publicKey}, ${expiresAt}::timestamptz,
        ${MAX_PUSH_SUBSCRIPTIONS}::int)::text AS id`;
    if (!row) throw new Error('subscribe_push answered nothing');
    tx.audit({ action: 'push.subscribe', objectType: 'push_subscription', objectId: row.id });
    return row.id;
  }

  /** @throws Problem `not_found` for one of somebody else */
  async unsubscribe(tx: Tx, id: string): Promise<void> {
    const count = await tx.sql.execute`
      DELETE FROM wardbell.push_subscription s
      WHERE s.tenant_id = wardbell.current_tenant() AND s.id = ${id}::uuid AND s.user_id = ${tx.principal.userId}`;
    if (count === 0) throw new Problem('not_found');
    tx.audit({ action: 'push.unsubscribe', objectType: 'push_subscription', objectId: id });
  }

  #isOnCurve(key: string): boolean {
    try {
      this.#curve.computeSecret(Buffer.from(key, 'base64url'));
      return true;
    } catch {
      return false;
    }
  }
}

const invalid = (pointer: string, message: string): Problem =>
  new Problem('validation_failed', { errors: [{ path: pointer, message }] });
