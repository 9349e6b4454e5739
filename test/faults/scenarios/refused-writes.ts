import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { ClinicWriter } from '../support/clinic-writer.js';
import type { Finding } from '../support/oracle.js';
import { Postgres } from '../support/postgres.js';
import type { Scenario } from './scenario.js';

const WRITE_EVERY_MS = 100;
/** So long may health take to tell, and to recover; a probe is made every second. */
const NOTICE_MS = 15_000;
/** Refused writes that are looked at while a fault lasts. */
const REFUSED = 3;
const TAKE_EVERY_MS = 50;
const DISK_MB = 320;

const Report = z.looseObject({
  checks: z.record(z.string(), z.looseObject({ status: z.string(), reason: z.string().optional() })),
});
const Row = z.object({ mrn: z.string(), count: z.coerce.number() });

/** PostgreSQL runs but takes no writes. */
interface Fault {
  readonly name: string;
  /** What `checks.writes.reason` names. */
  readonly sqlState: string;
  inflict(): Promise<unknown>;
  heal(): Promise<unknown>;
}

/** A demoted primary, a role without login, used up connections and a full disk, one after the other. */
export const refusedWrites: Scenario = {
  name: 'refused-writes',
  guarantee:
    'While PostgreSQL takes no writes (read-only, no login, no connection left, disk full) health says so and why, ' +
    'writes get 503 with Retry-After, and all of it ends by itself with nothing lost',
  isShort: true,
  async run({ say }) {
    const disk = mountDisk(say);
    const postgres = await Postgres.create({ max_connections: '60' }, disk.dir);
    const server = await startServer({ database: postgres });
    const findings: Finding[] = [];
    const measured: Record<string, string> = {};
    const clinic = new ClinicWriter(server);
    let isWriting = true;
    try {
      await asSuperuser(postgres, (client) =>
        client.query('INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1::uuid, $1::text, $1::text)', [
          clinic.tenantId,
        ]),
      );
      const socket = await connect(server.wsUrl, { token: await clinic.token() });
      const writing = (async () => {
        while (isWriting) {
          await clinic.write();
          await delay(WRITE_EVERY_MS);
        }
      })();
      for (const fault of faultsOf(postgres, disk)) {
        say(fault.name);
        const { toldMs, wellMs } = await stage(fault, server, clinic);
        measured[`${fault.name}: told after`] = `${(toldMs / 1_000).toFixed(1)} s`;
        measured[`${fault.name}: well after`] = `${(wellMs / 1_000).toFixed(1)} s`;
      }
      isWriting = false;
      await writing;
      findings.push(...clinic.judgeOutcomes([503]), ...(await judgeSaved(postgres, clinic)));
      const head = await headOf(postgres, clinic.tenantId);
      await socket.waitFor(({ seq }) => seq === head, NOTICE_MS);
      const seqs = socket.events.map(({ seq }) => seq);
      if (seqs.some((seq, at) => seq !== at + 1))
        findings.push({ kind: 'lost', text: 'the socket that stayed open has gaps' });
    } finally {
      isWriting = false;
      await server.stop();
      await postgres.remove();
      disk.remove();
    }
    return { findings, measured };
  },
};

/** Waits until health tells of the fault, looks at refused writes, heals, and waits until all is well. */
async function stage(
  fault: Fault,
  server: RunningServer,
  clinic: ClinicWriter,
): Promise<{ toldMs: number; wellMs: number }> {
  const within = { timeoutMs: NOTICE_MS };
  const startMs = performance.now();
  await fault.inflict();
  try {
    await eventually(
      async () => {
        const { status, checks } = await ready(server);
        const { status: writes, reason = '' } = checks['writes'] ?? { status: 'missing' };
        if (status === 503 && writes === 'failed' && reason.includes(fault.sqlState)) return true;
        throw new Error(`${fault.name}: ready answers ${status}, writes ${writes} ${reason}`);
      },
      { ...within, what: `${fault.name}: health telling of ${fault.sqlState}` },
    );
    const toldMs = performance.now() - startMs;
    const refusals = clinic.outcomes.filter(({ status }) => status === 503).length;
    await eventually(
      () => clinic.outcomes.filter(({ status }) => status === 503).length >= refusals + REFUSED,
      { ...within, what: `${fault.name}: writes refused with 503` },
    );
    await fault.heal();
    const healedMs = performance.now();
    const saved = clinic.saved.length;
    await eventually(
      async () => (await ready(server)).status === 200 && clinic.saved.length >= saved + REFUSED,
      { ...within, what: `${fault.name}: health and writes again` },
    );
    return { toldMs, wellMs: performance.now() - healedMs };
  } finally {
    await fault.heal();
  }
}

const faultsOf = (postgres: Postgres, disk: Disk): Fault[] => [
  {
    name: 'read-only-database',
    sqlState: '25006',
    inflict: () => setReadOnly(postgres, true),
    heal: () => setReadOnly(postgres, false),
  },
  {
    name: 'no-login',
    sqlState: '28000',
    inflict: () =>
      asSuperuser(postgres, async (client) => {
        await client.query('ALTER ROLE wardbell_app NOLOGIN');
        await client.query(END_APP);
      }),
    heal: () => asSuperuser(postgres, (client) => client.query('ALTER ROLE wardbell_app LOGIN')),
  },
  maxConnections(postgres),
  ...(disk.filler === undefined ? [] : [diskFull(disk.filler)]),
];

const END_APP = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'wardbell_app'`;

const setReadOnly = (postgres: Postgres, isReadOnly: boolean): Promise<unknown> =>
  asSuperuser(postgres, async (client) => {
    await client.query('SET default_transaction_read_only = off');
    await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
    await client.query('SELECT pg_reload_conf()');
  });

/** Others take every connection that the application had. */
function maxConnections(postgres: Postgres): Fault {
  const taken: pg.Client[] = [];
  let isTaking = false;
  let taking: Promise<void> = Promise.resolve();
  const takeOne = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: postgres.ownerUrl });
    client.on('error', () => undefined);
    try {
      await client.connect();
      taken.push(client);
      return true;
    } catch {
      return false;
    }
  };
  return {
    name: 'max-connections',
    sqlState: '53300',
    inflict: async () => {
      isTaking = true;
      // again and again: the application may be faster to take what its own lost connections left
      taking = asSuperuser(postgres, async (client) => {
        while (isTaking) {
          while (await takeOne());
          await client.query(END_APP);
          await delay(TAKE_EVERY_MS);
        }
      });
    },
    heal: async () => {
      isTaking = false;
      await taking;
      await Promise.all(taken.splice(0).map((client) => client.end()));
    },
  };
}

const diskFull = (file: string): Fault => ({
  name: 'disk-full',
  sqlState: '53100',
  inflict: async () => {
    try {
      writeFileSync(file, Buffer.alloc(DISK_MB * 1_048_576));
    } catch {
      // as much as there was room for
    }
  },
  heal: async () => rmSync(file, { force: true }),
});

interface Disk {
  readonly dir: string;
  /** The file that fills it; undefined where this machine does not let us have a disk of our own. */
  readonly filler: string | undefined;
  remove(): void;
}

/** A small disk in memory, for root on Linux. */
function mountDisk(say: (line: string) => void): Disk {
  const dir = mkdtempSync(join(tmpdir(), 'wardbell-disk-'));
  const isMounted = process.getuid?.() === 0 && mounts(dir);
  chmodSync(dir, 0o755);
  if (!isMounted) {
    say('SKIPPED: disk-full needs root and tmpfs');
    console.warn('SKIPPED: the fault disk-full needs root and tmpfs');
  }
  return {
    dir,
    filler: isMounted ? join(dir, 'filler') : undefined,
    remove: () => {
      if (isMounted) execFileSync('umount', ['-l', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function mounts(dir: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'wardbell-faults', dir], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

async function ready(server: RunningServer) {
  const response = await fetch(`${server.url}/health/ready`);
  const { checks } = Report.parse(await response.json());
  return { status: response.status, checks };
}

/** What the server said it has saved is there, once. */
async function judgeSaved(postgres: Postgres, clinic: ClinicWriter): Promise<Finding[]> {
  const { rows } = await asSuperuser(postgres, (client) =>
    client.query(
      `SELECT data->>'mrn' AS mrn, count(*) FROM wardbell.outbox
       WHERE tenant_id = $1 AND type = 'patient_created' GROUP BY 1`,
      [clinic.tenantId],
    ),
  );
  const counts = new Map(
    z
      .array(Row)
      .parse(rows)
      .map(({ mrn, count }) => [mrn, count]),
  );
  return [
    ...clinic.saved
      .filter((mrn) => !counts.has(mrn))
      .map((): Finding => ({ kind: 'lost', text: 'a patient that was acknowledged is not in the log' })),
    ...[...counts.values()]
      .filter((count) => count > 1)
      .map((): Finding => ({ kind: 'repeated', text: 'a patient was created twice' })),
  ];
}

async function headOf(postgres: Postgres, tenantId: string): Promise<number> {
  const { rows } = await asSuperuser(postgres, (client) =>
    client.query('SELECT seq FROM wardbell.tenant_head WHERE tenant_id = $1', [tenantId]),
  );
  return z.object({ seq: z.coerce.number() }).parse(rows[0]).seq;
}

async function asSuperuser<T>(postgres: Postgres, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgres.superuserUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
