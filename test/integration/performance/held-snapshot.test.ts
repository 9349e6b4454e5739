import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { z } from 'zod';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { Clinic } from '../delivery/support/clinic.js';

/** Writes while the snapshot is held. */
const WRITES = 4_000;
/** Pages that a write may read more than before; each page of the head's old versions would be one, 60 in all. */
const MAX_MORE_PAGES = 20;

const Plan = z.tuple([
  z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: z.object({ 'Shared Hit Blocks': z.number() }) })]) }),
]);

let database: TestDatabase;
let holder: pg.Client;
beforeAll(async () => {
  database = await createDatabase();
  holder = new pg.Client({ connectionString: database.superuserUrl });
  await holder.connect();
});
afterAll(async () => {
  await holder.end();
  await database.drop();
});

it('does not let a write read every version of its head that a held snapshot keeps from being removed', async () => {
  const clinic = await Clinic.create(database);
  const append = `wardbell.append('${clinic.id}', '[{"type": "x", "data": {}}]', '[]')`;
  const write = (count: number) =>
    database.query(`DO $$ BEGIN FOR n IN 1..${count} LOOP PERFORM ${append}; COMMIT; END LOOP; END $$`);
  /** The least of several: one in eighty starts a page of its own. */
  const pagesOfOneWrite = async (): Promise<number> => {
    const pages: number[] = [];
    for (let at = 0; at < 5; at++) {
      const answer = await database.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM ${append}`);
      pages.push(Plan.parse(answer)[0]['QUERY PLAN'][0].Plan['Shared Hit Blocks']);
    }
    return Math.min(...pages);
  };
  await write(100);
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM wardbell.tenant_head');
  const before = await pagesOfOneWrite();
  await write(WRITES);
  expect(await pagesOfOneWrite()).toBeLessThan(before + MAX_MORE_PAGES);
  await holder.query('COMMIT');
});
