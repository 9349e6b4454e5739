import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { SystemHistory, SystemHistoryQuery } from '@wardbell/contract';
import type { z } from 'zod';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import type { Tx } from '../../database/tx.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { Instance } from '../../realtime/connections/instance.js';
import { LocalSessions } from '../../realtime/connections/local-sessions.js';
import { Hub } from '../../realtime/hub/hub.js';

const WRITE_MS = 10_000;
/** Points of a course: a chart has no more pixels to show. */
const MAX_POINTS = 288;

const WRITE = {
  name: 'system_minute',
  text: `INSERT INTO wardbell.system_minute AS m (minute, instance_id, connections, delivered, behind_ms, lagging)
         VALUES (date_trunc('minute', now()), $1, $2, $3, $4, $5)
         ON CONFLICT (minute, instance_id) DO UPDATE SET
           connections = greatest(m.connections, excluded.connections),
           delivered = m.delivered + excluded.delivered,
           behind_ms = greatest(m.behind_ms, excluded.behind_ms),
           lagging = greatest(m.lagging, excluded.lagging)`,
};

interface Row {
  readonly at: Date;
  readonly connections: number | null;
  readonly messages_per_s: number | null;
  readonly behind_ms: number | null;
  readonly lagging: number | null;
}

/** Stores how this instance does, and tells how all of them did. A minute in which none wrote has no numbers. */
@Injectable()
export class SystemHistoryService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;
  #delivered = 0;

  constructor(
    private readonly relay: RelayPool,
    private readonly instance: Instance,
    private readonly sessions: LocalSessions,
    private readonly hub: Hub,
    private readonly metrics: Metrics,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'system-history', everyMs: WRITE_MS }, () => this.#write());
  }

  onApplicationBootstrap(): void {
    this.metrics.onDelivered((_event, sockets) => {
      this.#delivered += sockets;
    });
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  /** Sums over the instances; of several minutes in a point the worst, and the mean of messages. */
  async read(
    tx: Tx,
    { hours }: z.output<typeof SystemHistoryQuery>,
  ): Promise<z.output<typeof SystemHistory>> {
    const minutes = Math.ceil((hours * 60) / MAX_POINTS);
    const rows = await tx.sql.query<Row[]>`
      WITH step AS (SELECT make_interval(mins => ${minutes}::int) AS length),
      minute AS (
        SELECT m.minute, sum(m.connections) AS connections, sum(m.delivered) AS delivered,
               max(m.behind_ms) AS behind_ms, sum(m.lagging) AS lagging
        FROM wardbell.system_minute m
        WHERE m.minute > now() - make_interval(hours => ${hours}::int) AND m.minute < date_trunc('minute', now())
        GROUP BY m.minute
      ), point AS (
        SELECT date_bin(s.length, m.minute, 'epoch') AS at, max(m.connections)::int AS connections,
               (sum(m.delivered) / count(*) / 60)::float8 AS messages_per_s, max(m.behind_ms)::int AS behind_ms,
               max(m.lagging)::int AS lagging
        FROM minute m CROSS JOIN step s GROUP BY 1
      )
      SELECT a.at, p.connections, p.messages_per_s, p.behind_ms, p.lagging
      FROM step s
      CROSS JOIN LATERAL generate_series(
        date_bin(s.length, now() - make_interval(hours => ${hours}::int), 'epoch') + s.length, now(), s.length) AS a(at)
      LEFT JOIN point p USING (at)
      ORDER BY a.at`;
    return { minutes, data: rows.map(({ at, ...figures }) => ({ at: at.toISOString(), ...figures })) };
  }

  async #write(): Promise<void> {
    const delivered = this.#delivered;
    await this.relay.query(WRITE, [
      this.instance.id,
      this.sessions.sessions.size,
      delivered,
      Math.round(this.hub.behindMs()),
      this.hub.lagging,
    ]);
    // an outage adds up to the minute after it
    this.#delivered -= delivered;
  }
}
