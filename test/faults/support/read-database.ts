import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import type { LogRow } from './ledger.js';
import type { StoredNotice } from './notice-oracle.js';
import type { Postgres } from './postgres.js';

const SETTLE_MS = 60_000;

const Row = z.object({
  tenant_id: z.string(),
  seq: z.coerce.number(),
  id: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  audience: z
    .object({ user_ids: z.array(z.string()).optional(), roles: z.array(z.string()).optional() })
    .nullable(),
  created_at: z.date(),
  actor_id: z.string().nullable(),
  cloud_event: z.unknown(),
});
const Head = z.object({ tenant_id: z.string(), seq: z.coerce.number() });
const Installation = z.object({ epoch: z.string() });
const Slots = z.object({ count: z.coerce.number() });
const Notice = z.object({ id: z.string(), state: z.string(), step: z.number(), due_at: z.date().nullable() });
const Counts = z.object({ unread: z.coerce.number(), unseen: z.coerce.number() });
const Committed = z.object({ tenant_id: z.string(), id: z.string(), version: z.number() });

/** Slots that count against limits, once they are as many as the sockets or will not be. */
export async function settledSlots(postgres: Postgres, sockets: number): Promise<number> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const { rows } = await withDatabase(postgres, (client) =>
      client.query(
        `SELECT count(*) FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
         WHERE i.heartbeat_at > now() - interval '20 seconds'`,
      ),
    );
    const slots = Slots.parse(rows[0]).count;
    if (slots === sockets || performance.now() > deadline) return slots;
    await delay(500);
  }
}

/** Notices as they are, by id. */
export async function readNotices(postgres: Postgres): Promise<Map<string, StoredNotice>> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query('SELECT id, state, step, due_at FROM wardbell.notice'),
  );
  return new Map(
    z
      .array(Notice)
      .parse(rows)
      .map(({ due_at, ...notice }) => [notice.id, { ...notice, dueMs: due_at?.getTime() ?? null }]),
  );
}

/** Notices with a step to come, and changes of their progress that were not told. */
export async function countMovingNotices(postgres: Postgres): Promise<number> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query(
      `SELECT (SELECT count(*) FROM wardbell.notice WHERE state = 'pending' AND due_at IS NOT NULL)
            + (SELECT count(*) FROM wardbell.notice_change) AS count`,
    ),
  );
  return Slots.parse(rows[0]).count;
}

/** What counts in the inbox of a person, by the rows. */
export async function readCounts(
  postgres: Postgres,
  tenantId: string,
  userId: string,
): Promise<z.output<typeof Counts>> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query(
      `SELECT count(*) AS unread, count(*) FILTER (WHERE r.seen_at IS NULL) AS unseen
       FROM wardbell.notice_recipient r JOIN wardbell.notice n ON n.tenant_id = r.tenant_id AND n.id = r.notice_id
       WHERE r.tenant_id = $1 AND r.user_id = $2 AND r.read_at IS NULL AND r.archived_at IS NULL`,
      [tenantId, userId],
    ),
  );
  return Counts.parse(rows[0]);
}

/** Events and deliveries that were given up. */
export async function countDeadLetters(postgres: Postgres): Promise<number> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query('SELECT count(*) FROM wardbell.dead_letter'),
  );
  return Slots.parse(rows[0]).count;
}

export async function readHeads(
  postgres: Postgres,
  tenantIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query('SELECT tenant_id, seq FROM wardbell.tenant_head WHERE tenant_id = ANY($1)', [tenantIds]),
  );
  return new Map(
    z
      .array(Head)
      .parse(rows)
      .map(({ tenant_id, seq }) => [tenant_id, seq]),
  );
}

export async function readPatients(postgres: Postgres): Promise<Map<string, Map<string, number>>> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query('SELECT tenant_id, id, version FROM wardbell.patient'),
  );
  const patients = new Map<string, Map<string, number>>();
  for (const { tenant_id, id, version } of z.array(Committed).parse(rows)) {
    const own = patients.get(tenant_id) ?? new Map<string, number>();
    patients.set(tenant_id, own.set(id, version));
  }
  return patients;
}

export async function readLog(postgres: Postgres): Promise<Map<string, LogRow[]>> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query('SELECT * FROM wardbell.outbox ORDER BY tenant_id, seq'),
  );
  const log = new Map<string, LogRow[]>();
  for (const row of z.array(Row).parse(rows)) {
    const own = log.get(row.tenant_id) ?? [];
    log.set(row.tenant_id, own);
    const {
      tenant_id: tenantId,
      created_at: createdAt,
      actor_id: actorId,
      cloud_event: cloudEvent,
      audience,
      ...rest
    } = row;
    own.push({
      ...rest,
      tenantId,
      timestamp: createdAt.toISOString(),
      actorId,
      ...(cloudEvent === null ? {} : { cloudEvent }),
      audience: audience && {
        ...(audience.user_ids ? { user_ids: audience.user_ids } : {}),
        ...(audience.roles ? { roles: audience.roles } : {}),
      },
    });
  }
  return log;
}

export async function withDatabase<T>(
  postgres: Postgres,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: postgres.superuserUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The name of the present history. */
export async function readEpoch(postgres: Postgres): Promise<string> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query('SELECT epoch FROM wardbell.installation'),
  );
  return Installation.parse(rows[0]).epoch;
}
