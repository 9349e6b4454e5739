import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@wardbell/server/dist/database/embedded/embedded.js';
import { createLog } from '@wardbell/server/dist/platform/log/log.js';
import { type Cores, moveTo } from '../machine.js';
import { childrenOf, treeCpuUs } from '../process-cost.js';

/** A real PostgreSQL for all measurements of a run, with the settings that `npm start` gives it. */
export interface Postgres {
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  /** CPU of all of its processes, living and ended. Microseconds. */
  cpuUs(): number;
  /** Lets it run on these cores, also what it starts later. */
  moveTo(cores: Cores): void;
  stop(): Promise<void>;
}

/** Starts it on the cores of this process, with its data in a temporary folder. `settings` are PostgreSQL's own. */
export const startPostgres = async (settings: Readonly<Record<string, string>> = {}): Promise<Postgres> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'wardbell-bench-'));
  const log = createLog({ logLevel: 'error', production: true });
  const postgres = await startEmbeddedPostgres({ dataDir, log, settings });
  const pid = postgres.pid ?? 0;
  return {
    ownerUrl: postgres.ownerUrl,
    superuserUrl: postgres.superuserUrl,
    cpuUs: () => treeCpuUs(pid),
    moveTo: (cores) => {
      for (const process of [pid, ...childrenOf(pid)]) moveTo(process, cores);
    },
    stop: async () => {
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
