import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../database/tx.js';
import { Config } from '../../platform/config/config.js';
import { deriveKeys } from '../../platform/config/signing-keys.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { NIL_UUID } from '../../platform/uuid.js';
import type { BareCall } from './call.js';

/** Header that marks a replayed response. */
const REPLAYED = 'idempotent-replayed';

interface Stored {
  readonly request_hash: Uint8Array;
  readonly body: unknown;
}

type Keyed = NonNullable<BareCall['idempotency']>;

/**
 * Runs the work of a POST once for each `Idempotency-Key`. The row of the key is written in the transaction of the
 * work, so it exists if and only if the work was committed. A second request waits on that row for the first; after the
 * lock timeout of the database it gets 409. A failed request leaves no row, so it can be retried under the same key.
 */
@Injectable()
export class Idempotency {
  readonly #keys: readonly [Buffer, ...Buffer[]];

  constructor(config: Config) {
    this.#keys = deriveKeys(config, 'wardbell idempotency');
  }

  /** Returns the response of `work`, or the stored response of the first request with this key. */
  async once(
    tx: Tx,
    call: Pick<BareCall, 'idempotency' | 'reply'>,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    if (!call.idempotency) return work();
    const { body, replayed } = await this.run(tx, call.idempotency, work);
    if (replayed) call.reply.header(REPLAYED, 'true');
    return body;
  }

  /** The same for work that is only a part of a request. */
  async run(
    tx: Tx,
    { key, route, request }: Keyed,
    work: () => Promise<unknown>,
  ): Promise<{ readonly body: object; readonly replayed: boolean }> {
    const tenantId = tx.principal.tenantId ?? NIL_UUID;
    const text = canonical(request);
    const [current, ...earlier] = this.#keys;
    if (!(await reserve(tx, [tenantId, route, key], hashOf(current, text)))) {
      const stored = await find(tx, [tenantId, route, key]);
      if (!stored || !(stored.body instanceof Object)) {
        throw new Problem('idempotency_in_progress', { retryAfterS: 1 });
      }
      const isSame = [current, ...earlier].some((key) => hashOf(key, text).equals(stored.request_hash));
      if (!isSame) throw new Problem('idempotency_mismatch');
      if ('purged' in stored.body) throw new Problem('purged');
      return { body: stored.body, replayed: true };
    }
    const body = await work();
    if (!(body instanceof Object)) throw new TypeError('a stored response must be an object');
    await store(tx, [tenantId, route, key], body);
    return { body, replayed: false };
  }
}

/** An HMAC, because a request can contain a password, which an attacker could guess from a plain hash. */
const hashOf = (key: Buffer, text: string): Buffer<ArrayBuffer> =>
  Buffer.from(createHmac('sha256', key).update(text).digest());

type KeyOf = readonly [tenantId: string, route: string, key: string];

async function reserve(
  tx: Tx,
  [tenantId, route, key]: KeyOf,
  hash: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    const inserted = await tx.sql.execute`
      INSERT INTO wardbell.idempotency (tenant_id, user_id, route, key, request_hash)
      VALUES (${tenantId}::uuid, ${tx.principal.userId}, ${route}, ${key}, ${hash})
      ON CONFLICT DO NOTHING`;
    return inserted === 1;
  } catch (error) {
    if (sqlState(error) !== SQLSTATE.lockNotAvailable) throw error;
    throw new Problem('idempotency_in_progress', { retryAfterS: 1, cause: error });
  }
}

async function store(tx: Tx, [tenantId, route, key]: KeyOf, body: object): Promise<void> {
  await tx.sql.execute`
    UPDATE wardbell.idempotency SET body = ${JSON.stringify(body)}::jsonb
    WHERE tenant_id = ${tenantId}::uuid AND user_id = ${tx.principal.userId}
      AND route = ${route} AND key = ${key}`;
}

async function find(tx: Tx, [tenantId, route, key]: KeyOf): Promise<Stored | undefined> {
  const [stored] = await tx.sql.query<Stored[]>`
    SELECT request_hash, body FROM wardbell.idempotency
    WHERE tenant_id = ${tenantId}::uuid AND user_id = ${tx.principal.userId}
      AND route = ${route} AND key = ${key}`;
  return stored;
}

/** JSON with sorted keys, so that the order of the fields in a request does not matter. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Object && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'null';
