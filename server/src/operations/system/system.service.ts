import { statfs } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { InstanceReport, type SystemInstance, type SystemState } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { Config } from '../../platform/config/config.js';
import { ALIVE_FOR_S, Instance } from '../../realtime/connections/instance.js';
import { SelfReport } from './self-report.js';

/** How long the database size is cached, because PostgreSQL reads the size of every file. */
const SIZE_KEPT_MS = 60_000;

interface InstanceRow {
  readonly id: string;
  readonly host: string;
  readonly started_at: Date;
  readonly heartbeat_at: Date;
  readonly alive: boolean;
  readonly connections: bigint;
  readonly report: unknown;
}

type Sizes = Pick<SystemState['database'], 'size_bytes' | 'disk_free_bytes'>;

interface DatabaseRow {
  readonly at: Date;
  readonly version: string;
  readonly started_at: Date;
  readonly connections: number;
  readonly max_connections: number;
}

/** State of the installation: the reports of the instances, and the state of the database. */
@Injectable()
export class SystemService {
  #sizes: (Sizes & { readonly readMs: number }) | undefined;

  constructor(
    private readonly instance: Instance,
    private readonly selfReport: SelfReport,
    private readonly config: Config,
  ) {}

  /** Needs the relay role, because tenants cannot read instances. */
  async get(tx: Tx): Promise<SystemState> {
    const startMs = performance.now();
    const [database] = await tx.sql.query<DatabaseRow[]>`
      SELECT clock_timestamp() AS at, current_setting('server_version') AS version,
             pg_postmaster_start_time() AS started_at, d.numbackends AS connections,
             current_setting('max_connections')::int AS max_connections
      FROM pg_stat_database d WHERE d.datname = current_database()`;
    const answerMs = performance.now() - startMs;
    if (!database) throw new Error('the query for the state of the database returned no row');
    const { at, started_at, ...figures } = database;
    return {
      at: at.toISOString(),
      instances: await this.#instances(tx),
      database: {
        ...figures,
        started_at: started_at.toISOString(),
        ...(await this.#readSizes(tx)),
        backup_at: (await lastBackup(tx))?.toISOString() ?? null,
        answer_ms: Math.round(answerMs * 10) / 10,
      },
    };
  }

  /** The oldest first. */
  async #instances(tx: Tx): Promise<SystemInstance[]> {
    const rows = await tx.sql.query<InstanceRow[]>`
      SELECT i.id::text, i.host, i.started_at, i.heartbeat_at, i.report,
             i.heartbeat_at > now() - make_interval(secs => ${ALIVE_FOR_S}) AS alive,
             (SELECT count(*) FROM wardbell.connection c WHERE c.instance_id = i.id) AS connections
      FROM wardbell.instance i ORDER BY i.started_at, i.id`;
    return rows.map((row) => {
      const answering = row.id === this.instance.id;
      return {
        id: row.id,
        host: row.host,
        started_at: row.started_at.toISOString(),
        heartbeat_at: row.heartbeat_at.toISOString(),
        alive: row.alive,
        answering,
        connections: Number(row.connections),
        report: answering ? this.selfReport.now() : readReport(row.report),
      };
    });
  }

  async #readSizes(tx: Tx): Promise<Sizes> {
    const nowMs = performance.now();
    if (this.#sizes === undefined || nowMs - this.#sizes.readMs >= SIZE_KEPT_MS) {
      const [row] = await tx.sql.query<
        { bytes: bigint }[]
      >`SELECT pg_database_size(current_database()) AS bytes`;
      this.#sizes = {
        size_bytes: Number(row?.bytes ?? 0),
        disk_free_bytes: await this.#freeBytes(),
        readMs: nowMs,
      };
    }
    const { size_bytes, disk_free_bytes } = this.#sizes;
    return { size_bytes, disk_free_bytes };
  }

  /** What is free for a database that is elsewhere only that machine knows. */
  async #freeBytes(): Promise<number | null> {
    if (!this.config.isDatabaseEmbedded) return null;
    try {
      const { bavail, bsize } = await statfs(this.config.dataDir);
      return bavail * bsize;
    } catch {
      return null; // not every file system tells
    }
  }
}

async function lastBackup(tx: Tx): Promise<Date | null> {
  const [row] = await tx.sql.query<{ at: Date | null }[]>`
    SELECT max(b.finished_at) AS at FROM wardbell.backup b`;
  return row?.at ?? null;
}

/** Null for an invalid report: during a deployment, another instance may run another release. */
const readReport = (report: unknown): InstanceReport | null => InstanceReport.safeParse(report).data ?? null;
