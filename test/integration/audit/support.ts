import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import pino from 'pino';
import { z } from 'zod';
import { BackgroundTasks } from '../../../server/src/database/background-tasks.js';
import { OutageLog } from '../../../server/src/database/outage-log.js';
import { RelayPool } from '../../../server/src/database/pools.js';
import { assertConfined, provisionRoles } from '../../../server/src/database/roles.js';
import { Anchors } from '../../../server/src/operations/audit/anchors.js';
import { AuditKeys } from '../../../server/src/operations/audit/audit-keys.js';
import { AuditRetention } from '../../../server/src/operations/audit/audit-retention.js';
import { HeadSigner } from '../../../server/src/operations/audit/head-signer.js';
import { type KeyFile, loadOrCreateKeyFile } from '../../../server/src/operations/audit/key-file.js';
import { type AuditAnchorConfig, loadConfig } from '../../../server/src/platform/config/config.js';
import type { SigningKeys } from '../../../server/src/platform/config/signing-keys.js';
import { Log, type LogRecord } from '../../../server/src/platform/log/log.js';
import { Metrics } from '../../../server/src/platform/metrics/metrics.js';
import { OutgoingHttp } from '../../../server/src/platform/net/outgoing-http.js';
import type { TestDatabase } from '../../support/database.js';
import { JWT_SECRET, SUPER_ADMIN } from '../../support/server.js';

const JWT_KEYS: SigningKeys = [{ kid: undefined, secret: JWT_SECRET }];
const PROGRAM = 'test/integration/audit/retention-program.mjs';

/** Appends rows to a chain as `wardbell.append()` does, with these times in the place of the clock's. */
export const BACKDATE = `
  CREATE FUNCTION public.backdate(p_scope uuid, p_times timestamptz[]) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    head   wardbell.tenant_head;
    record wardbell.audit;
    moment timestamptz;
  BEGIN
    FOREACH moment IN ARRAY p_times LOOP
      SELECT * INTO head FROM wardbell.tenant_head h WHERE h.tenant_id = p_scope FOR UPDATE;
      record := jsonb_populate_record(NULL::wardbell.audit, jsonb_build_object(
        'actor_id', E'M\\u00fcller "the\\tsecond"\\\\ \\u0001', 'action', 'patient.update', 'object_type', 'patient',
        'object_id', gen_random_uuid(), 'patient_id', gen_random_uuid(), 'address', '203.0.113.9',
        'changed', jsonb_build_array('phone', 'email'),
        'details', CASE WHEN head.audit_seq % 2 = 0 THEN
          jsonb_build_object('search', E'-_"\\u00fc', 'count', 12, 'code', 'forbidden') END));
      record.scope := p_scope;
      record.seq := head.audit_seq + 1;
      record.id := gen_random_uuid();
      record.at := moment;
      record.hash := wardbell.audit_hash(head.audit_hash, record);
      INSERT INTO wardbell.audit SELECT record.*;
      UPDATE wardbell.tenant_head SET audit_seq = record.seq, audit_hash = record.hash WHERE tenant_id = p_scope;
    END LOOP;
  END $$`;

const Verdict = z.array(z.object({ first_bad: z.string().nullable(), row_count: z.string() }));
const ArchivedRow = z.looseObject({ scope: z.string(), seq: z.number() });
export type ArchivedRow = z.output<typeof ArchivedRow>;

const LogLine = z.looseObject({ msg: z.string() });
interface RoundOutcome {
  readonly lines: readonly z.output<typeof LogLine>[];
  readonly code: number | null;
}
interface RoundProgram {
  readonly outcome: Promise<RoundOutcome>;
  kill(): void;
}

/** A database whose audit log can be given a past, and rounds of retention on it. */
export class AuditBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'wardbell-archive-'));
  /** Where a server would have its key. */
  readonly dataDir = mkdtempSync(join(tmpdir(), 'wardbell-audit-data-'));
  readonly keyFile = loadOrCreateKeyFile({ auditSigningKeyFile: undefined, dataDir: this.dataDir });
  readonly #relays: RelayPool[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly appUrl: string,
    readonly authUrl: string,
    readonly relayUrl: string,
  ) {}

  static async open(database: TestDatabase): Promise<AuditBench> {
    await database.query(BACKDATE);
    const { appUrl, authUrl, relayUrl } = await provisionRoles(database.ownerUrl, {
      fallbackSecret: 'unused: the URL has a password',
    });
    return new AuditBench(database, appUrl, authUrl, relayUrl);
  }

  async close(): Promise<void> {
    await Promise.all(this.#relays.map((relay) => relay.onApplicationShutdown()));
    for (const folder of [this.folder, this.dataDir]) rmSync(folder, { recursive: true, force: true });
  }

  /** A tenant with rows at these times, in the partitions that maintenance makes for them. */
  async chain(...times: readonly string[]): Promise<string> {
    const id = randomUUID();
    await this.database.query('INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, $2, $2)', [id, id]);
    await this.append(id, ...times);
    return id;
  }

  async append(scope: string, ...times: readonly string[]): Promise<void> {
    await this.database.query('SELECT public.backdate($1, $2)', [scope, times]);
    await this.maintain();
  }

  async maintain(): Promise<void> {
    await this.database.query('SELECT wardbell.maintain_audit(3)');
  }

  /** The retention of an instance of its own, with what it logs. */
  async retention(archiveDir?: string): Promise<{ retention: AuditRetention; lines: LogRecord[] }> {
    const relay = await this.#relay();
    const log = new Log(pino({ level: 'info' }, { write: () => undefined }));
    const lines: LogRecord[] = [];
    log.watch((line) => lines.push(line));
    const config = loadConfig(this.env(archiveDir));
    const tasks = new BackgroundTasks(new Metrics(), new OutageLog(log));
    const keys = new AuditKeys(this.keyFile, JWT_KEYS);
    return { retention: new AuditRetention(relay, config, log, keys, tasks), lines };
  }

  /** The signer of an instance of its own, with its anchors. */
  async signer(
    anchors: Partial<AuditAnchorConfig>,
    { retryMs = 0, keyFile = this.keyFile }: { retryMs?: number; keyFile?: KeyFile | undefined } = {},
  ) {
    const relay = await this.#relay();
    const lines: LogRecord[] = [];
    const log = new Log(pino({ level: 'info' }, { write: () => undefined }));
    log.watch((line) => lines.push(line));
    const metrics = new Metrics();
    const outgoing = new OutgoingHttp(loadConfig({ ...this.env(), WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' }));
    const config = { file: undefined, url: undefined, log: false, ...anchors };
    const tasks = new BackgroundTasks(metrics, new OutageLog(log));
    const signer = new HeadSigner(
      relay,
      new AuditKeys(keyFile, JWT_KEYS),
      new Anchors(config, outgoing, metrics, log, retryMs),
      metrics,
      log,
      tasks,
    );
    return { signer, lines, metrics };
  }

  /** Signs every head that has changed, with an instance of its own. */
  async sign(file?: string): Promise<void> {
    await (await this.signer({ file })).signer.signNow();
  }

  async #relay(): Promise<RelayPool> {
    const relay = new RelayPool({
      app: await assertConfined(this.appUrl, 'app'),
      auth: await assertConfined(this.authUrl, 'auth'),
      relay: await assertConfined(this.relayUrl, 'relay'),
      listenUrl: this.relayUrl,
    });
    this.#relays.push(relay);
    return relay;
  }

  env(archiveDir = ''): Record<string, string> {
    return {
      DATABASE_URL: this.database.ownerUrl,
      RELAY_DATABASE_URL: this.relayUrl,
      JWT_SECRET,
      SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
      SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
      AUDIT_ARCHIVE_DIR: archiveDir,
      DATA_DIR: this.dataDir,
    };
  }

  makeFolder(): void {
    mkdirSync(this.folder);
  }

  /** A round in a process of its own. @param maxFileBytes no file that it writes may become larger */
  program(archiveDir: string, maxFileBytes?: number): RoundProgram {
    const limit = maxFileBytes === undefined ? [] : ['prlimit', `--fsize=${maxFileBytes}`];
    const [command = '', ...args] = [...limit, process.execPath, PROGRAM];
    const child = spawn(command, args, {
      env: { PATH: process.env['PATH'], ...this.env(archiveDir) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const finish = async (): Promise<RoundOutcome> => {
      const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      const lines = output.split('\n').filter((line) => line !== '');
      return { lines: lines.map((line) => LogLine.parse(JSON.parse(line))), code: child.exitCode };
    };
    return { outcome: finish(), kill: () => void child.kill('SIGKILL') };
  }

  /** Names of the partitions that are months, without the current one and those ahead. */
  async oldMonths(): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'wardbell.audit'::regclass AND c.relname ~ '[0-9]{6}$'
         AND c.relname < 'audit_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMM') ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  /** Numbers that a chain has in the database. */
  async seqs(scope: string): Promise<number[]> {
    const rows = await this.database.query<{ seq: number }>(
      'SELECT seq::int FROM wardbell.audit WHERE scope = $1 ORDER BY seq',
      [scope],
    );
    return rows.map(({ seq }) => seq);
  }

  /** The rows of a month as they must be in its file, in the order of the file. */
  async expectedRows(month: string): Promise<ArchivedRow[]> {
    const rows = await this.database.query<{ row: unknown; hash: Buffer; at: string }>(
      `SELECT to_jsonb(a) - 'hash' - 'at' AS row, hash, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS at
       FROM wardbell.audit a WHERE to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') = $1 ORDER BY scope, seq`,
      [month],
    );
    return rows.map(({ row, hash, at }) =>
      ArchivedRow.parse({
        ...z.looseObject({}).parse(row),
        at: `${at.replace(' ', 'T')}Z`,
        hash: hash.toString('base64url'),
      }),
    );
  }

  archivedRows(name: string): ArchivedRow[] {
    const text = gunzipSync(readFileSync(join(this.folder, name))).toString();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ArchivedRow.parse(JSON.parse(line)));
  }

  files(): string[] {
    return readdirSync(this.folder).sort();
  }

  async verify(scope: string): Promise<{ firstBad: string | null; rows: number }> {
    const [verdict] = Verdict.parse(
      await this.database.query(
        `SELECT first_bad::text, row_count::text FROM wardbell.verify_audit($1, 0, '\\x', 1000000)`,
        [scope],
      ),
    );
    if (!verdict) throw new Error('verify_audit answered no row');
    return { firstBad: verdict.first_bad, rows: Number(verdict.row_count) };
  }
}
