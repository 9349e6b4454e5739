import { createHmac, randomUUID } from 'node:crypto';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { AccessAction } from '@wardbell/contract';
import { Config } from '../platform/config/config.js';
import { deriveKeys } from '../platform/config/signing-keys.js';
import { Log } from '../platform/log/log.js';
import { Metrics } from '../platform/metrics/metrics.js';
import { NIL_UUID } from '../platform/uuid.js';
import { type BackgroundTask, BackgroundTasks } from './background-tasks.js';
import { isUnreachable } from './failure.js';
import type { AuditDetails } from './log-event.js';
import { RelayPool } from './pools.js';
import { actorRoleOf, type Principal } from './principal.js';

/** An access is in the audit log at most 1 s after it happened. */
const WRITE_MS = 500;
/** Entries of one statement, which holds the head of its tenant meanwhile. */
const BATCH = 100;
/** Statements at a time: with one, a flush of many tenants would take a commit to the disk for each. */
const WRITERS = 2;
/** Different refusals of one interval that have entries of their own; the others are counted without an address. */
const MAX_REFUSALS = 1_000;
/** Entries that wait for the database, about 20 MB. In an outage that lasts longer, later ones are dropped and counted. */
const MAX_WAITING = 50_000;

const WRITE = {
  name: 'record_accesses',
  text: 'SELECT wardbell.record_accesses($1::uuid, $2::uuid, $3::bigint, $4::jsonb)',
};

/** A read. */
export interface Access {
  readonly action: AccessAction;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly patientId?: string;
  readonly details?: AuditDetails;
}

/** The caller. */
export type Accessor = Pick<Principal, 'userId' | 'tenantId' | 'role' | 'address' | 'key'>;

interface Entry {
  readonly scope: string;
  readonly columns: Readonly<Record<string, unknown>>;
  details: AuditDetails | undefined;
  /** Monotonic clock, in milliseconds. */
  readonly atMs: number;
}

/** Entries of one chain that were sent and not answered. */
interface Batch {
  readonly scope: string;
  readonly number: number;
  readonly entries: readonly Entry[];
}

/**
 * Reads and refusals for the audit log. They are written in the background, because a transaction for each read would
 * cost more than the read. They survive an outage of the database, but up to 1 s of them not a kill of this process.
 */
@Injectable()
export class AccessLog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #writer = randomUUID();
  readonly #searchKey: Buffer;
  readonly #task: BackgroundTask;
  #waiting: Entry[] = [];
  /** Refusals among the waiting entries: equal ones are one entry with a count, so that a flood cannot fill the log. */
  #refusals = new Map<string, Entry>();
  /** By chain. A batch is repeated under its number until it was answered, so that it is written once. */
  readonly #unanswered = new Map<string, Batch>();
  #batches = 0;

  constructor(
    config: Config,
    private readonly relay: RelayPool,
    private readonly metrics: Metrics,
    private readonly log: Log,
    tasks: BackgroundTasks,
  ) {
    // the first one: hashes are compared with each other and not checked again
    [this.#searchKey] = deriveKeys(config, 'wardbell audited searches');
    this.#task = tasks.define({ name: 'access-log', everyMs: WRITE_MS }, () => this.#write());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
    await this.#task.run();
    const unanswered = [...this.#unanswered.values()].reduce((sum, { entries }) => sum + entries.length, 0);
    const count = this.#waiting.length + unanswered;
    if (count > 0) {
      this.metrics.auditRecordsDropped.inc(count);
      this.log.error('accesses could not be written to the audit log', { count });
    }
  }

  /** Records a read. Never waits and never fails. */
  read(accessor: Accessor, access: Access): void {
    this.#add(entryOf(accessor.tenantId, { ...actorOf(accessor), ...columnsOf(access) }, access.details));
  }

  /** Records that a signed-in caller was refused. */
  refused(accessor: Accessor, details: AuditDetails): void {
    this.#refuse(accessor.tenantId, { action: 'access.refused', ...actorOf(accessor) }, details);
  }

  /** Records that a caller who is not signed in was refused. */
  refusedAnonymous(address: string, details: AuditDetails): void {
    this.#refuse(null, { action: 'access.refused', address }, details);
  }

  /** Records a failed attempt to authenticate; `user`: the account that was named. */
  failedToAuthenticate(
    address: string | null,
    details: AuditDetails,
    user?: { readonly id: string; readonly tenantId: string | null },
  ): void {
    const object = user && { object_type: 'user', object_id: user.id };
    this.#refuse(user?.tenantId ?? null, { action: 'auth.failed', address, ...object }, details);
  }

  /** Stands for a search text in the audit log: equal searches of a tenant have equal hashes. 22 characters. */
  searchHash(tenantId: string | null, search: string): string {
    return createHmac('sha256', this.#searchKey)
      .update(`${tenantId}\n${search.trim().toLowerCase()}`)
      .digest('base64url')
      .slice(0, 22);
  }

  #refuse(tenantId: string | null, columns: Entry['columns'], details: AuditDetails): void {
    const isCrowded = this.#refusals.size >= MAX_REFUSALS;
    const entry = entryOf(tenantId, isCrowded ? { ...columns, address: null } : columns, details);
    const key = JSON.stringify([entry.scope, entry.columns, details]);
    const equal = this.#refusals.get(key);
    if (equal) {
      equal.details = { ...details, count: Number(equal.details?.['count'] ?? 1) + 1 };
      return;
    }
    this.#refusals.set(key, entry);
    this.#add(entry);
  }

  #add(entry: Entry): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(entry);
    else this.metrics.auditRecordsDropped.inc();
  }

  async #write(): Promise<void> {
    const byScope = new Map<string, Entry[]>([...this.#unanswered.keys()].map((scope) => [scope, []]));
    for (const entry of this.#waiting) {
      const entries = byScope.get(entry.scope);
      if (entries) entries.push(entry);
      else byScope.set(entry.scope, [entry]);
    }
    this.#waiting = [];
    this.#refusals = new Map();
    const scopes = byScope.entries();
    const failures: unknown[] = [];
    const work = async () => {
      for (const [scope, entries] of scopes) {
        try {
          // a database that is away answers no other tenant either
          if (!failures.some(isUnreachable)) await this.#writeScope(scope, entries);
        } catch (error) {
          failures.push(error);
        }
        if (entries.length > 0) this.#waiting = [...entries, ...this.#waiting];
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, work));
    if (failures.length > 0) throw failures.find(isUnreachable) ?? failures[0];
  }

  /** Writes the entries of one chain, and takes those that were sent out of `entries`. */
  async #writeScope(scope: string, entries: Entry[]): Promise<void> {
    for (;;) {
      const batch = this.#unanswered.get(scope) ?? {
        scope,
        number: ++this.#batches,
        entries: entries.splice(0, BATCH),
      };
      if (batch.entries.length === 0) return;
      this.#unanswered.set(scope, batch);
      await this.#send(batch);
      this.#unanswered.delete(scope);
    }
  }

  async #send({ scope, number, entries }: Batch): Promise<void> {
    const nowMs = performance.now();
    const rows = entries.map(({ columns, details, atMs }) => ({ ...columns, details, age_ms: nowMs - atMs }));
    await this.relay.query(WRITE, [this.#writer, scope, number, JSON.stringify(rows)]);
  }
}

const entryOf = (
  tenantId: string | null,
  columns: Entry['columns'],
  details: AuditDetails | undefined,
): Entry => ({ scope: tenantId ?? NIL_UUID, columns, details, atMs: performance.now() });

const actorOf = (accessor: Accessor) => ({
  actor_id: accessor.userId,
  actor_role: actorRoleOf(accessor),
  address: accessor.address,
});

const columnsOf = ({ action, objectType, objectId, patientId }: Access) => ({
  action,
  object_type: objectType,
  object_id: objectId,
  patient_id: patientId,
});
