import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { database, startAnother, useDatabase } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { count } from '../http/harness.js';

useDatabase();

describe('What has run out', () => {
  beforeAll(async () => {
    const user = `(SELECT id FROM wardbell.user_account LIMIT 1)`;
    await database.query(
      `INSERT INTO wardbell.user_account (email, name, role) VALUES ('a@b.test', 'A', 'super_admin')`,
    );
    for (const age of ['25 hours', '23 hours']) {
      await database.query(
        `INSERT INTO wardbell.idempotency (tenant_id, user_id, route, key, request_hash, created_at)
         VALUES (gen_random_uuid(), 'u', 'r', 'k', '', now() - interval '${age}')`,
      );
      await database.query(
        `INSERT INTO wardbell.login_failure (email_hash, address, at) VALUES ('', 'x', now() - interval '${age}')`,
      );
      await database.query(
        `WITH s AS (INSERT INTO wardbell.auth_session (user_id, expires_at)
           VALUES (${user}, now() - interval '${age}') RETURNING id)
         INSERT INTO wardbell.refresh_token (hash, session_id) SELECT sha256('${age}'), id FROM s`,
      );
    }
  });

  it('is deleted after a day and not before', async () => {
    await startAnother();
    for (const table of ['idempotency', 'login_failure', 'auth_session', 'refresh_token']) {
      await eventually(async () => (await count(`SELECT count(*) FROM wardbell.${table}`)) === 1, {
        what: `one row left in ${table}`,
      });
    }
    // whoever has no session any more
    expect(await count('SELECT count(*) FROM wardbell.user_account')).toBe(1);
  });
});

describe('Notices', () => {
  it('are deleted with their recipients after NOTICE_RETENTION_DAYS and not before', async () => {
    await database.query(
      `WITH tenant AS (INSERT INTO wardbell.tenant (name, slug) VALUES ('Old notices', 'old-notices') RETURNING id),
       notice AS (
         INSERT INTO wardbell.notice (tenant_id, id, seq, message, level, sender_id, sent_at)
         SELECT id, gen_random_uuid(), 1, 'x', 'info', 'system', now() - make_interval(days => age)
         FROM tenant, unnest(ARRAY[6, 8]) AS age RETURNING tenant_id, id)
       INSERT INTO wardbell.notice_recipient (tenant_id, notice_id, user_id) SELECT tenant_id, id, 'u' FROM notice`,
    );
    await startAnother({ NOTICE_RETENTION_DAYS: '7' });
    await eventually(async () => (await count('SELECT count(*) FROM wardbell.notice')) === 1);
    expect(await count('SELECT count(*) FROM wardbell.notice_recipient')).toBe(1);
  });
});

describe('Records of deliveries', () => {
  const tenantId = '00000000-0000-4000-8000-0000000000bb';
  /** A connection of so many days ago with a span, and what was written to it; it ended, unless it is open. */
  const addRecords = async (daysAgo: number, isOpen = false): Promise<void> => {
    const at = `now() - make_interval(days => ${daysAgo})`;
    await database.query(
      `WITH connection AS (
         INSERT INTO wardbell.delivery_connection
           (tenant_id, id, instance_id, recorder_id, user_id, role, transport, connected_at, ended_at)
         VALUES ('${tenantId}', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'u', 'clinician', 'websocket',
                 ${at}, ${isOpen ? 'NULL' : at})
         RETURNING id, recorder_id, instance_id),
       span AS (
         INSERT INTO wardbell.delivery_span
           (tenant_id, connection_id, n, recorder_id, is_live, after_seq, topics, at)
         SELECT '${tenantId}', id, 0, recorder_id, true, 0, '{events}', ${at} FROM connection),
       write AS (
         INSERT INTO wardbell.delivery_write (tenant_id, recorder_id, from_seq, to_seq, from_at, to_at)
         SELECT '${tenantId}', recorder_id, 1, 1, ${at}, ${at} FROM connection),
       instance AS (INSERT INTO wardbell.instance (id, host) SELECT instance_id, 'test' FROM connection WHERE ${isOpen} RETURNING id)
       SELECT id, instance_id FROM connection`,
    );
    if (!isOpen) return;
    await database.query(
      `INSERT INTO wardbell.connection (id, instance_id, tenant_id, user_id, role, topics)
       SELECT id, instance_id, tenant_id, user_id, role, '{events}' FROM wardbell.delivery_connection
       WHERE tenant_id = '${tenantId}' AND ended_at IS NULL`,
    );
  };
  const counts = async (): Promise<number[]> =>
    Promise.all(
      ['connection', 'span', 'write'].map((name) =>
        count(`SELECT count(*) FROM wardbell.delivery_${name} WHERE tenant_id = '${tenantId}'`),
      ),
    );
  const prune = (days: number, maxRows: number) =>
    database.query(`SELECT wardbell.prune_deliveries(make_interval(days => $1), $2)`, [days, maxRows]);
  beforeEach(async () => {
    for (const name of ['connection', 'span', 'write'])
      await database.query(`DELETE FROM wardbell.delivery_${name}`);
    await database.query(`UPDATE wardbell.delivery_horizon SET kept_since = now() - interval '30 days'`);
  });

  it('go with the log, a connection that is open excepted, and it is known from when on they are whole', async () => {
    await addRecords(9);
    await addRecords(5);
    await addRecords(8, true);
    await prune(7, 1_000_000);
    expect(await counts()).toEqual([2, 2, 1]);
    expect(
      await count(`SELECT extract(epoch FROM now() - kept_since) / 86400 FROM wardbell.delivery_horizon`),
    ).toBeCloseTo(7, 1);
  });

  it('go earlier when there are too many, the oldest first', async () => {
    for (const daysAgo of [6, 5, 4, 3, 2, 1]) await addRecords(daysAgo);
    for (const name of ['connection', 'span', 'write'])
      await database.query(`ANALYZE wardbell.delivery_${name}`);
    await prune(7, 9);
    const [connections = 0] = await counts();
    expect(connections).toBeGreaterThanOrEqual(2);
    expect(connections).toBeLessThan(5);
  });
});
