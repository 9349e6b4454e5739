import pg from 'pg';
import { z } from 'zod';
import { Cluster } from '../support/cluster.js';
import type { Scenario } from './scenario.js';

/** Writes while the snapshot is held. */
const WRITES = 4_000;
/** Pages that a write may read more than before; each page of the head's old versions would be one, 60 in all. */
const MAX_MORE_PAGES = 20;

const Plan = z.tuple([
  z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: z.object({ 'Shared Hit Blocks': z.number() }) })]) }),
]);

/** A backup or a report holds a snapshot while a clinic is busy, so that no old version of its head can be removed. */
export const heldSnapshot: Scenario = {
  name: 'held-snapshot',
  guarantee: 'A snapshot that is held for long does not slow the writes of a busy clinic',
  isShort: true,
  run: async () => {
    const cluster = await Cluster.create();
    const holder = new pg.Client({ connectionString: cluster.postgres.superuserUrl });
    try {
      await holder.connect();
      await cluster.start(); // migrates
      const tenantId = await cluster.createTenant();
      const append = `wardbell.append('${tenantId}', '[{"type": "x", "data": {}}]', '[]')`;
      /** Answers milliseconds a write. */
      const write = async (count: number): Promise<number> => {
        const startMs = performance.now();
        await cluster.query(
          `DO $$ BEGIN FOR n IN 1..${count} LOOP PERFORM ${append}; COMMIT; END LOOP; END $$`,
        );
        return (performance.now() - startMs) / count;
      };
      /** The least of several: one in eighty starts a page of its own. */
      const pagesOfOneWrite = async (): Promise<number> => {
        const pages: number[] = [];
        for (let at = 0; at < 5; at++) {
          const answer = await cluster.query(
            `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM ${append}`,
          );
          pages.push(Plan.parse(answer)[0]['QUERY PLAN'][0].Plan['Shared Hit Blocks']);
        }
        return Math.min(...pages);
      };
      const quietMs = await write(400);
      await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM wardbell.tenant_head');
      const before = await pagesOfOneWrite();
      await write(WRITES);
      const heldMs = await write(400);
      const held = await pagesOfOneWrite();
      await holder.query('COMMIT');
      if (held > before + MAX_MORE_PAGES)
        cluster.find('unavailable', `a write reads ${held} pages instead of ${before}`);
      return {
        findings: cluster.findings,
        measured: {
          'pages of a write': `${before}, held ${held}`,
          'time of a write': `${quietMs.toFixed(2)} ms, held ${heldMs.toFixed(2)} ms`,
        },
      };
    } finally {
      await holder.end();
      await cluster.stop();
    }
  },
};
