import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import type { LimitSample } from './oracle.js';
import type { SlotSeeker } from './slot-seeker.js';

const SAMPLE_MS = 200;
const Head = z.object({ tenant_id: z.string(), seq: z.coerce.number() });

/** Looks on while things go wrong: at the heads of the log as they commit, and at the sockets of a clinic with a limit. */
export class Watcher {
  readonly heads = new Map<string, { seq: number; atMs: number }[]>();
  readonly samples: LimitSample[] = [];
  /** Faults that last and that keep an instance or the database from doing anything. */
  broken = 0;
  readonly #loop = monitorEventLoopDelay({ resolution: 20 });
  #stopped = false;

  constructor(
    private readonly databaseUrl: string,
    private readonly seekers: readonly SlotSeeker[],
  ) {}

  /** How long this process itself was too busy to look, at most. Milliseconds. */
  get blindMs(): number {
    return this.#loop.max / 1e6;
  }

  async run(): Promise<void> {
    this.#loop.enable();
    const heads = this.#watchHeads();
    while (!this.#stopped) {
      this.samples.push({
        atMs: performance.now(),
        open: this.seekers.filter(({ isIn }) => isIn).length,
        isBroken: this.broken > 0,
      });
      await delay(SAMPLE_MS);
    }
    await heads;
    this.#loop.disable();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #watchHeads(): Promise<void> {
    while (!this.#stopped) {
      const client = new pg.Client({ connectionString: this.databaseUrl, query_timeout: 10_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        for (; !this.#stopped; await delay(SAMPLE_MS)) {
          const { rows } = await client.query('SELECT tenant_id, seq FROM wardbell.tenant_head');
          this.#observe(z.array(Head).parse(rows));
        }
      } catch {
        await delay(SAMPLE_MS); // the database is away
      } finally {
        void client.end().catch(() => undefined);
      }
    }
  }

  #observe(heads: readonly z.output<typeof Head>[]): void {
    const atMs = performance.now();
    for (const { tenant_id: tenantId, seq } of heads) {
      const known = this.heads.get(tenantId) ?? [];
      if (known.at(-1)?.seq !== seq) known.push({ seq, atMs });
      this.heads.set(tenantId, known);
    }
  }
}
