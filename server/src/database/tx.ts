import { currentTrace } from '../platform/tracing/spans.js';
import { NIL_UUID } from '../platform/uuid.js';
import type { DisconnectReason, DisconnectTarget } from './disconnect.js';
import type { LogEvent, NewAudit, NewEvent } from './log-event.js';
import type { Orm, OrmTransaction } from './orm.js';
import { actorRoleOf, type Principal } from './principal.js';
import type { Queries } from './queries.js';

interface Pending {
  readonly events: NewEvent[];
  readonly audits: NewAudit[];
}

interface PendingDisconnect {
  readonly target: DisconnectTarget;
  readonly reason: DisconnectReason;
}

/** What a unit of work wrote, for those who must know once it has committed. */
export interface Written {
  readonly events: LogEvent[];
  /** Did it order sockets to be closed? */
  readonly disconnects: boolean;
}

/**
 * A unit of work: one transaction that its rows, audit rows, events and disconnects share. Services take it as an
 * argument and never own one. Events and audit rows are collected and written last, just before COMMIT, because
 * writing them locks the tenant's head.
 */
export class Tx {
  readonly #pending = new Map<string, Pending>();
  readonly #disconnects: PendingDisconnect[] = [];
  readonly #published: LogEvent[] = [];
  #hasDisconnects = false;

  constructor(
    /** Statements on the driver: what is hot, locks rows, or uses what Prisma cannot say. */
    readonly sql: Queries,
    private readonly ormTransaction: OrmTransaction,
    readonly principal: Principal,
    /** When the transaction began, by the clock of the database. */
    readonly now: Date,
    /** The tenant that row-level security confines this work to; null for work across tenants. */
    readonly tenantId: string | null,
  ) {}

  /**
   * Prisma Client on the connection and transaction of this unit of work: plain reading and writing of rows.
   *
   * @example
   *   const orm = await tx.orm();
   *   const user = await orm.userAccount.findFirst({ where: { id, deleted_at: null } });
   */
  orm(): Promise<Orm> {
    return this.ormTransaction.open();
  }

  /** Adds an event to the log of the tenant, should this transaction commit. */
  emit(event: NewEvent, tenantId: string | null = this.tenantId): void {
    if (tenantId === null) throw new TypeError('an event needs a tenant');
    this.#of(tenantId).events.push(event);
  }

  /** A function of the database has written these events to the log in this transaction. */
  eventsWritten(events: readonly LogEvent[]): void {
    this.#published.push(...events);
  }

  /** Adds an audit row, in the name of the principal. Without a tenant it goes to the installation's chain. */
  audit(audit: NewAudit, tenantId: string | null = this.tenantId): void {
    this.#of(tenantId ?? NIL_UUID).audits.push(audit);
  }

  /** Closes sockets, on whichever instance they are, should this transaction commit. */
  disconnect(target: DisconnectTarget, reason: DisconnectReason): void {
    this.#disconnects.push({ target, reason });
    this.#hasDisconnects = true;
  }

  /** A function of the database has ordered sockets to be closed in this transaction. */
  markDisconnects(): void {
    this.#hasDisconnects = true;
  }

  /**
   * Writes what was collected. Tenants in the order of their ids, as every transaction locks heads. All
   * statements are sent before this returns its promise, so that a COMMIT may be sent right behind them.
   */
  async flush(): Promise<Written> {
    const tenantIds = [...this.#pending.keys()].sort();
    const disconnects = this.#disconnects.map((pending) => this.#insertDisconnect(pending));
    const written = await Promise.all(tenantIds.map((id) => this.#append(id, this.#of(id))));
    await Promise.all(disconnects);
    return { events: [...this.#published, ...written.flat()], disconnects: this.#hasDisconnects };
  }

  #of(tenantId: string): Pending {
    let pending = this.#pending.get(tenantId);
    if (!pending) {
      pending = { events: [], audits: [] };
      this.#pending.set(tenantId, pending);
    }
    return pending;
  }

  #insertDisconnect({ target, reason }: PendingDisconnect): Promise<number> {
    return this.sql.execute`
      INSERT INTO wardbell.disconnect_order (tenant_id, user_id, session_id, connection_id, close)
      VALUES (${target.tenantId}::uuid, ${'userId' in target ? target.userId : null},
              ${'sessionId' in target ? target.sessionId : null}::uuid,
              ${'connectionId' in target ? target.connectionId : null}::uuid, ${reason})`;
  }

  async #append(tenantId: string, { events, audits }: Pending): Promise<LogEvent[]> {
    const trace = currentTrace();
    const actor = this.principal.userId;
    const data = events.map((event) => JSON.stringify(event.data));
    const eventRows = events.map(({ type, audience }, index) => {
      const envelope = JSON.stringify({ type, audience, actor_id: actor });
      return `${envelope.slice(0, -1)},"data":${data[index]}}`;
    });
    const auditRows = JSON.stringify(
      audits.map((audit) => ({
        actor_id: actor,
        actor_role: actorRoleOf(this.principal),
        action: audit.action,
        object_type: audit.objectType,
        object_id: audit.objectId,
        patient_id: audit.patientId,
        address: this.principal.address,
        changed: audit.changed,
        details: audit.details && Object.keys(audit.details).length > 0 ? audit.details : undefined,
      })),
    );
    const rows = await this.sql.query<{ seq: bigint; id: string; created_at: Date; data: string | null }[]>`
      SELECT seq, id::text, created_at, data
      FROM wardbell.append(${tenantId}::uuid, ${`[${eventRows.join(',')}]`}::jsonb, ${auditRows}::jsonb) ORDER BY seq`;
    return events.map((event, index) => {
      const row = rows[index];
      if (!row) throw new Error('the log answered fewer rows than events');
      return {
        tenantId,
        seq: Number(row.seq),
        id: row.id,
        type: event.type,
        data: row.data ?? data[index] ?? '{}', // the database completes the data of some types
        audience: event.audience ?? null,
        timestamp: row.created_at,
        actorId: actor,
        ...(trace === undefined ? {} : { trace }),
      };
    });
  }
}
