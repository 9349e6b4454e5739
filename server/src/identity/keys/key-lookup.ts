import { Injectable } from '@nestjs/common';
import { KEY_ACTOR_PREFIX, KeyRole, Scope } from '@wardbell/contract';
import { z } from 'zod';
import { OutageLog } from '../../database/outage-log.js';
import { AuthPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';
import { Problem } from '../../platform/errors/problem.js';
import { hashToken } from '../../platform/secret-token.js';
import { TokenError } from '../auth/token-error.js';
import { isWellFormed } from './key-text.js';

/** Keys whose facts are kept in memory: those of a large installation. */
const MAX_KNOWN = 10_000;
/** Look-ups of unknown keys at a time: strangers who guess must not take all connections of the pool. */
const MAX_LOOKUPS = 100;
const TOUCH_EVERY_MS = 60_000;
/** A key without an end; the last instant that RFC 3339 can say. */
const NEVER_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const FIND = {
  name: 'find_integration_key',
  text: `SELECT k.id::text, k.tenant_id::text, k.scopes, k.role, k.expires_at
         FROM wardbell.integration_key k WHERE k.hash = $1`,
};
const TOUCH = {
  name: 'touch_integration_key',
  text: `UPDATE wardbell.integration_key k SET last_used_at = now()
         WHERE k.id = $1 AND k.deleted_at IS NULL
           AND (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute')`,
};

const Row = z.object({
  id: z.string(),
  tenant_id: z.string(),
  scopes: z.array(Scope),
  role: KeyRole.nullable(),
  expires_at: z.date().nullable(),
});

interface KnownKey {
  readonly principal: Omit<Principal, 'address'>;
  readonly id: string;
  /** Monotonic clock. */
  touchedMs: number;
}

/**
 * Finds out whose key it is. What a key is never changes, so it is remembered; whether it may still act is not: as for
 * people, the database says so at the start of each unit of work and at the admission of a socket.
 */
@Injectable()
export class KeyLookup {
  /** By the hash of the key; the least recently used first. */
  readonly #known = new Map<string, KnownKey>();
  #lookups = 0;

  constructor(
    private readonly auth: AuthPool,
    private readonly outages: OutageLog,
  ) {}

  /**
   * Whom a key stands for.
   * @throws TokenError, Problem `busy`, or the error of the database
   */
  async verify(key: string, address: string | null): Promise<Principal> {
    if (!isWellFormed(key)) throw new TokenError('invalid');
    const hash = hashToken(key);
    const name = Buffer.from(hash).toString('latin1');
    const known = this.#known.get(name) ?? (await this.#find(hash));
    this.#remember(name, known);
    if (known.principal.expiresAtMs <= Date.now()) throw new TokenError('revoked');
    this.#touch(known);
    return { ...known.principal, address };
  }

  async #find(hash: Uint8Array): Promise<KnownKey> {
    if (this.#lookups >= MAX_LOOKUPS) throw new Problem('busy', { retryAfterS: 1 });
    this.#lookups++;
    try {
      const [row] = await this.auth.query(FIND, [hash]);
      if (row === undefined) throw new TokenError('invalid');
      return toKnownKey(Row.parse(row));
    } finally {
      this.#lookups--;
    }
  }

  #remember(name: string, known: KnownKey): void {
    this.#known.delete(name);
    this.#known.set(name, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Notes the use, in the background and at most once a minute. */
  #touch(known: KnownKey): void {
    const nowMs = performance.now();
    if (nowMs - known.touchedMs < TOUCH_EVERY_MS) return;
    known.touchedMs = nowMs;
    this.auth.query(TOUCH, [known.id]).catch((error: unknown) => {
      this.outages.failed('integration-key-use', error);
    });
  }
}

const toKnownKey = ({ id, tenant_id, scopes, role, expires_at }: z.output<typeof Row>): KnownKey => ({
  id,
  touchedMs: Number.NEGATIVE_INFINITY,
  principal: {
    userId: KEY_ACTOR_PREFIX + id,
    tenantId: tenant_id,
    // Over HTTP a key sees and writes what a clinician does, unless it was made for the front desk.
    role: role === 'front_desk' ? 'front_desk' : 'clinician',
    sessionId: null,
    expiresAtMs: expires_at?.getTime() ?? NEVER_MS,
    key: { scopes: new Set(scopes), streamRole: scopes.includes('stream:read') ? role : null },
  },
});
