import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { database, server, useServer } from '../../support/fixture.js';
import { eventually, scaled } from '../../support/wait.js';
import { Clinic, numbers } from './support/clinic.js';
import { Receiver } from './support/receiver.js';

const MAINTAIN = `SELECT wardbell.maintain_outbox(7, '7 days') AS dropped`;

useServer();

describe('retention', () => {
  /** A partition of so many days ago with events of a clinic, as if they had been written then. */
  const addOldDay = async (clinic: Clinic, daysAgo: number, seqs: readonly number[], bytes = 10) => {
    const [row] = await database.query<{ name: string }>(
      `SELECT 'outbox_' || to_char(current_date - $1::int, 'YYYYMMDD') AS name`,
      [daysAgo],
    );
    await database.query(`
      CREATE TABLE IF NOT EXISTS wardbell.${row?.name} (LIKE wardbell.outbox INCLUDING ALL);
      ALTER TABLE wardbell.${row?.name} OWNER TO wardbell;
      INSERT INTO wardbell.${row?.name} (tenant_id, seq, type, data, created_at)
        SELECT '${clinic.id}', n, 'task_updated', jsonb_build_object('text', repeat('x', ${bytes})),
               current_date - ${daysAgo} + interval '12 hours'
        FROM generate_series(${seqs[0]}, ${seqs.at(-1)}) AS n;
      DO $$ BEGIN
        EXECUTE format('ALTER TABLE wardbell.outbox ATTACH PARTITION wardbell.${row?.name} FOR VALUES FROM (%L) TO (%L)',
          (current_date - ${daysAgo})::timestamptz, (current_date - ${daysAgo - 1})::timestamptz);
      EXCEPTION WHEN duplicate_table OR wrong_object_type OR invalid_object_definition THEN NULL;
      END $$;
      UPDATE wardbell.tenant_head SET seq = greatest(seq, ${seqs.at(-1)}) WHERE tenant_id = '${clinic.id}'`);
    return row?.name ?? '';
  };
  const partitions = async (): Promise<string[]> => {
    const rows = await database.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = 'wardbell.outbox'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => name.replace('wardbell.', ''));
  };
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: database.superuserUrl });
    await client.connect();
    return client;
  };

  it('has the partitions of today and a week ahead', async () => {
    const [row] = await database.query<{ names: string[] }>(
      `SELECT array_agg('outbox_' || to_char(d, 'YYYYMMDD')) AS names
       FROM generate_series(current_date, current_date + 7, '1 day') AS d`,
    );
    expect(await partitions()).toEqual(expect.arrayContaining(row?.names ?? ['none']));
  });

  it('drops what is wholly older, keeps the rest, and only one of several at once does it', async () => {
    const clinic = await Clinic.create(database);
    const old = await addOldDay(clinic, 9, numbers(1, 10));
    const older = await addOldDay(clinic, 8, numbers(11, 20));
    const kept = await addOldDay(clinic, 7, numbers(21, 30));
    const clients = await Promise.all(numbers(1, 5).map(connect));
    const answers = await Promise.all(clients.map((client) => client.query(MAINTAIN)));
    await Promise.all(clients.map((client) => client.end()));
    const dropped = answers.map(({ rows }) => Number(rows[0]?.dropped));
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(2);
    const left = await partitions();
    expect(left).not.toContain(old);
    expect(left).not.toContain(older);
    expect(left).toContain(kept);
    expect(await clinic.seqs()).toEqual(numbers(21, 30));
  });

  it('gives up soon when somebody reads, makes the days ahead all the same, and drops later', async () => {
    const clinic = await Clinic.create(database);
    const old = await addOldDay(clinic, 10, numbers(1, 5));
    const [tomorrow] = await database.query<{ name: string }>(
      `SELECT 'outbox_' || to_char(current_date + 8, 'YYYYMMDD') AS name`,
    );
    const reader = await connect();
    await reader.query('BEGIN');
    await reader.query(`SELECT count(*) FROM wardbell.${old}`); // as a backup does, for as long as it takes
    const startMs = performance.now();
    const [answer] = await database.query<{ dropped: number }>(
      `SELECT wardbell.maintain_outbox(8, '7 days') AS dropped`,
    );
    // It would have waited for the reader, who ends only below.
    expect(performance.now() - startMs).toBeLessThan(scaled(30_000));
    expect(answer?.dropped).toBe(0);
    expect(await partitions()).toEqual(expect.arrayContaining([old, tomorrow?.name]));
    await reader.query('COMMIT');
    await reader.end();
    const [again] = await database.query<{ dropped: number }>(MAINTAIN);
    expect(again?.dropped).toBe(1);
  });

  it('does not stop writers while it makes and drops partitions', async () => {
    const clinic = await Clinic.create(database);
    let isOver = false;
    const slowest = (async () => {
      let slowestMs = 0;
      while (!isOver) {
        const startMs = performance.now();
        await clinic.emit();
        slowestMs = Math.max(slowestMs, performance.now() - startMs);
      }
      return slowestMs;
    })();
    for (const day of numbers(20, 25)) {
      await addOldDay(await Clinic.create(database), day, [1, 2]);
      await database.query(MAINTAIN);
    }
    isOver = true;
    expect(await slowest).toBeLessThan(scaled(10_000));
  });

  it('tells a reader who is inside a partition that is dropped to load again, and goes on', async () => {
    const clinic = await Clinic.create(database);
    // more than the buffers on the way hold, so that the replay is stuck in the middle
    await addOldDay(clinic, 30, numbers(1, 3_000), 16_000);
    const { epoch } = await clinic.position();
    const receiver = new Receiver(server.wsUrl, {
      token: await clinic.token(),
      query: { since: '0', epoch },
    });
    await receiver.reaches(1);
    receiver.ws.pause();
    const position = receiver.last;
    await eventually(async () => {
      const [row] = await database.query<{ dropped: number }>(MAINTAIN);
      return row?.dropped === 1;
    });
    receiver.ws.resume();
    expect(await receiver.hears('resync_required')).toEqual({ reason: 'retention', seq: 3_000, epoch });
    await clinic.emit(2);
    await receiver.reaches(3_002);
    expect(position).toBeLessThan(3_000);
    const replayed = receiver.seqs.slice(0, -2);
    expect(replayed).toEqual(numbers(1, replayed.length));
    expect(receiver.seqs.slice(-2)).toEqual([3_001, 3_002]);
    expect(receiver.closeCode).toBeUndefined();
  });

  it('keeps writing and delivering when today’s partition could not be made', async () => {
    const clinic = await Clinic.create(database);
    const receiver = new Receiver(server.wsUrl, { token: await clinic.token() });
    await receiver.hears('connected');
    const [today] = await database.query<{ name: string }>(
      `SELECT 'outbox_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD') AS name`,
    );
    await database.query(`DROP TABLE wardbell.${today?.name}`);
    await clinic.emit(3);
    await receiver.reaches(3);
    // maintenance leaves those rows where they are
    await database.query(MAINTAIN);
    expect(await clinic.seqs()).toEqual([1, 2, 3]);
    await database.query(`UPDATE wardbell.outbox_default SET created_at = now() - interval '8 days'`);
    await database.query(MAINTAIN);
    expect(await clinic.seqs()).toEqual([]);
  });
});
