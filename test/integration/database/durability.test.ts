import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Postgres } from '../../faults/support/postgres.js';
import { database, startAnother, useDatabase } from '../../support/fixture.js';
import { startServer } from '../../support/server.js';
import { Clinic, numbers } from '../delivery/support/clinic.js';
import { createClinic, createPatient } from '../ws/clinic.js';

useDatabase();

describe('A commit, although synchronous_commit is off by default,', () => {
  it('is waited for in every unit of work of the server', async () => {
    await database.query(`
      ALTER ROLE wardbell_app IN DATABASE ${database.name} SET synchronous_commit = off;
      CREATE TABLE public.observed (setting text);
      CREATE FUNCTION public.observe() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN
        INSERT INTO public.observed VALUES (current_setting('synchronous_commit'));
        RETURN NULL;
      END $$;
      CREATE TRIGGER observe AFTER INSERT ON wardbell.patient FOR EACH ROW EXECUTE FUNCTION public.observe()`);
    await createPatient(await startAnother(), await createClinic(database));
    expect(await database.query('SELECT setting FROM public.observed')).toEqual([{ setting: 'on' }]);
  });

  it('is waited for when it appends events', async () => {
    const clinic = await Clinic.create(database);
    const client = new pg.Client({ connectionString: database.superuserUrl });
    await client.connect();
    try {
      await client.query('SET synchronous_commit = off');
      for (const _ of numbers(1, 20)) {
        await client.query('BEGIN');
        await client.query(`SELECT wardbell.append($1, '[{"type": "x", "data": {}}]', '[]')`, [clinic.id]);
        const [written] = (await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn'))
          .rows;
        await client.query('COMMIT');
        const { rows } = await client.query('SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS durable', [
          written?.lsn,
        ]);
        expect(rows).toEqual([{ durable: true }]);
      }
    } finally {
      await client.end();
    }
  });
});

describe('A server that starts', () => {
  it.each([
    ['warns of fsync and full_page_writes that are off', { fsync: 'off', full_page_writes: 'off' }, 2],
    ['says nothing of settings that keep what was committed', {}, 0],
  ])('%s', async (_, settings, warnings) => {
    const postgres = await Postgres.create(settings);
    try {
      const server = await startServer({ database: postgres });
      const said = server.logs().filter(({ msg }) => msg.startsWith('postgresql runs with'));
      expect(said.map(({ level }) => level)).toEqual(Array(warnings).fill('warn'));
      await server.stop();
    } finally {
      await postgres.remove();
    }
  });
});
