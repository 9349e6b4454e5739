import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type pg from 'pg';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import { Log } from '../../platform/log/log.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { Anchors } from './anchors.js';
import { AuditKeys, REGISTER_KEY } from './audit-keys.js';
import { type Head, type SignedHead, signHead } from './signed-head.js';

/** How often each instance looks for heads that are due. */
const EVERY_MS = 5_000;
/** A changed head is signed when the last signature of its chain is that old, */
const MAX_AGE_S = 60;
/** or when the chain has got that many rows since. */
const MAX_ROWS = 1_000;
/** Heads of one transaction; signing takes 0.1 ms each. */
const BATCH = 500;
/** Heads of dropped rows that one round deletes. */
const PRUNE = 10_000;

const TRY_LOCK =
  "SELECT pg_try_advisory_xact_lock(hashtextextended('wardbell.sign_audit_heads', 0)) AS locked";

const DUE = `
  SELECT h.tenant_id::text AS scope, h.audit_seq::text AS seq,
         translate(encode(h.audit_hash, 'base64'), '+/=', '-_') AS hash,
         to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
  FROM wardbell.tenant_head h
  LEFT JOIN LATERAL (
    SELECT s.seq, s.at FROM wardbell.audit_head s WHERE s.scope = h.tenant_id ORDER BY s.seq DESC LIMIT 1
  ) AS last ON true
  WHERE h.audit_seq > coalesce(last.seq, 0)
    AND (h.audit_seq >= coalesce(last.seq, 0) + ${MAX_ROWS}
         OR coalesce(last.at, '-infinity') <= now() - make_interval(secs => $1))
  ORDER BY h.tenant_id
  LIMIT ${BATCH}`;

const INSERT = `
  INSERT INTO wardbell.audit_head (scope, seq, hash, at, key_id, signature)
  SELECT n.scope, n.seq, decode(n.hash, 'base64'), n.at, n.key_id, decode(n.signature, 'base64')
  FROM jsonb_to_recordset($1::jsonb)
    AS n (scope uuid, seq bigint, hash text, at timestamptz, key_id text, signature text)
  ON CONFLICT DO NOTHING`;

/** Chains whose newest row is not what was signed: rows were removed from their end, or exchanged. */
const CONTRADICTED = {
  name: 'contradicted_audit_heads',
  text: `
    SELECT h.tenant_id::text AS scope, last.seq::text AS seq
    FROM wardbell.tenant_head h
    CROSS JOIN LATERAL (
      SELECT s.seq, s.hash FROM wardbell.audit_head s WHERE s.scope = h.tenant_id ORDER BY s.seq DESC LIMIT 1
    ) AS last
    WHERE h.audit_seq < last.seq OR (h.audit_seq = last.seq AND h.audit_hash <> last.hash)
    LIMIT 100`,
};
const PRUNE_HEADS = { name: 'prune_audit_heads', text: 'SELECT wardbell.prune_audit_heads($1)' };

interface DueHead {
  readonly scope: string;
  readonly seq: string;
  readonly hash: string;
  readonly at: string;
}

/**
 * Signs the newest hash of each audit chain that has changed, at most a minute or 1,000 rows after the last one, and
 * hands it to the anchors. An advisory lock lets one instance work at a time.
 */
@Injectable()
export class HeadSigner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;
  /** Chains whose contradiction was logged, with the head. */
  readonly #reported = new Set<string>();
  #isRegistered = false;

  constructor(
    private readonly relay: RelayPool,
    private readonly keys: AuditKeys,
    private readonly anchors: Anchors,
    private readonly metrics: Metrics,
    private readonly log: Log,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'audit-heads', everyMs: EVERY_MS }, () => this.#work(MAX_AGE_S));
  }

  /** Does not wait for the first round. */
  onApplicationBootstrap(): void {
    void this.#task.run();
    this.#task.start();
  }

  /** Signs what is new, because the server may be away for long. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
    try {
      await this.#work(0);
    } catch {
      // the database is away: the next start signs
    }
    this.anchors.close();
  }

  /** Signs every changed head now. @throws when the database does not answer */
  signNow(): Promise<void> {
    return this.#work(0);
  }

  async #work(maxAgeS: number): Promise<void> {
    if (!this.keys.signingKey) {
      this.metrics.auditHeadFailures.inc({ reason: 'sign' });
      return;
    }
    try {
      await this.#register();
      await this.#reportContradictions();
      while ((await this.relay.transaction(null, (client) => this.#signBatch(client, maxAgeS))) === BATCH);
      await this.relay.query(PRUNE_HEADS, [PRUNE]);
    } catch (error) {
      this.metrics.auditHeadFailures.inc({ reason: 'sign' });
      throw error;
    }
  }

  /** Lists the public key, so that the other servers and `GET /audit/keys` know it. */
  async #register(): Promise<void> {
    const { registration } = this.keys;
    if (this.#isRegistered || !registration) return;
    await this.relay.query({ name: 'register_audit_key', text: REGISTER_KEY }, [...registration]);
    this.#isRegistered = true;
  }

  /** Returns how many heads were due. */
  async #signBatch(client: pg.ClientBase, maxAgeS: number): Promise<number> {
    const { signingKey } = this.keys;
    if (!signingKey) return 0;
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 10000');
    const lock = await client.query<{ locked: boolean }>(TRY_LOCK);
    const due = lock.rows[0]?.locked ? (await client.query<DueHead>(DUE, [maxAgeS])).rows : [];
    const heads = due.map((row) => signHead(toHead(row), signingKey));
    if (heads.length > 0) await client.query(INSERT, [JSON.stringify(heads.map(toColumns))]);
    // Before the commit: a kill in between leaves a line too many in the anchors and never one too few.
    await this.anchors.append(heads);
    await client.query('COMMIT');
    this.metrics.auditHeadsSigned.inc(heads.length);
    return heads.length;
  }

  async #reportContradictions(): Promise<void> {
    for (const { scope, seq } of await this.relay.query<{ scope: string; seq: string }>(CONTRADICTED)) {
      const report = `${scope} ${seq}`;
      if (this.#reported.has(report)) continue;
      this.#reported.add(report);
      this.metrics.auditHeadFailures.inc({ reason: 'contradiction' });
      this.log.error('an audit chain is not what was signed: verify it', { scope, seq: Number(seq) });
    }
  }
}

const toHead = ({ scope, seq, hash, at }: DueHead): Head => ({ scope, seq: Number(seq), hash, at });

/** PostgreSQL's `decode` takes no base64url. */
const toColumns = (head: SignedHead) => ({
  ...head,
  hash: Buffer.from(head.hash, 'base64url').toString('base64'),
  signature: Buffer.from(head.signature, 'base64url').toString('base64'),
});
