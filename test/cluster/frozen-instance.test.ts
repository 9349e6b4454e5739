import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import pg from 'pg';
import { z } from 'zod';
import { ask, succeed } from '../integration/http/harness.js';
import { database, instances, useServer } from '../support/fixture.js';
import type { Answer } from '../support/http.js';
import { createTenant, type TestTenant } from '../support/tenant.js';
import { eventually, scaled } from '../support/wait.js';
import { inTurn } from './support/cluster.js';

useServer({ instances: 2 });

const [frozen, other] = [() => inTurn(instances, 0), () => inTurn(instances, 1)];

let clinic: TestTenant;
beforeAll(async () => {
  clinic = await createTenant(other());
});
afterEach(() => {
  frozen().process.kill('SIGCONT');
});

/**
 * Freezes an instance in the middle of a transaction that has just locked a row: it asks for the row while that is held, and is
 * frozen before it gets it. Resolves with what it answers, once it goes on.
 * @param row the rest of `SELECT FROM`, and its parameter
 * @param waits a text in the statement that waits for the row
 */
async function freezeWith(
  row: readonly [string, string],
  waits: string,
  request: () => Promise<Answer>,
): Promise<Answer> {
  const holder = new pg.Client({ connectionString: database.superuserUrl });
  await holder.connect();
  const isWaiting = async (): Promise<boolean> => {
    const rows = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND strpos(query, $1) > 0`,
      [waits],
    );
    return rows.length > 0;
  };
  try {
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM ${row[0]} FOR UPDATE`, [row[1]]);
    const answer = request();
    await eventually(isWaiting);
    frozen().process.kill('SIGSTOP');
    await holder.query('ROLLBACK');
    await eventually(async () => !(await isWaiting()));
    return answer;
  } finally {
    await holder.end();
  }
}

describe('an instance that is frozen', () => {
  it('holds the log of a clinic for a moment only: a write through another instance is not refused', async () => {
    const answer = freezeWith(
      ['wardbell.tenant_head WHERE tenant_id = $1', clinic.id],
      'wardbell.publish',
      () =>
        ask(api.events.publish, {
          at: frozen(),
          token: clinic.admin.token,
          body: { type: 'bed_freed', data: { n: 1 } },
        }),
    );
    await eventually(async () => {
      const [row] = await database.query<{ held: boolean }>(
        `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
                        AND strpos(query, 'wardbell.publish') > 0) AS held`,
      );
      return row?.held;
    });
    // a write waits 5 s for the log at most, and is refused then
    await succeed(api.events.publish, {
      at: other(),
      token: clinic.admin.token,
      body: { type: 'bed_freed', data: { n: 2 } },
    });
    frozen().process.kill('SIGCONT');
    expect((await answer).status).toBe(503);
    const rows = await database.query<{ n: string }>(
      `SELECT data->>'n' AS n FROM wardbell.outbox WHERE tenant_id = $1 AND type = 'bed_freed'`,
      [clinic.id],
    );
    expect(rows).toEqual([{ n: '2' }]);
  });

  it('does not keep a notice from going to the next people: its step begins seconds after its time', async () => {
    const sent = await succeed(api.notifications.create, {
      at: other(),
      token: clinic.admin.token,
      body: {
        message: 'x',
        audience: { user_ids: [clinic.clinician.id] },
        requires_ack: { within_s: 3, fallback: { to: { user_ids: [clinic.frontDesk.id] }, within_s: 600 } },
      },
    });
    const { id } = z.object({ id: z.string() }).parse(sent);
    const answer = freezeWith(['wardbell.notice WHERE id = $1', id], 'FOR NO KEY UPDATE', () =>
      ask(api.notifications.acknowledge, {
        at: frozen(),
        token: clinic.clinician.token,
        id: id,
        body: {},
      }),
    );
    const stepped = await eventually(async () => {
      const [row] = await database.query<{ late: number }>(
        `SELECT extract(epoch FROM max(created_at) - min(created_at))::float8 - 3 AS late
         FROM wardbell.outbox WHERE type = 'system_notification' AND data->>'id' = $1 HAVING count(*) = 2`,
        [id],
      );
      return row;
    });
    // without a bound of its own, PostgreSQL would hold the notice for 20 s
    expect(stepped.late).toBeLessThan(scaled(5));
    frozen().process.kill('SIGCONT');
    expect((await answer).status).toBe(503);
  });
});
