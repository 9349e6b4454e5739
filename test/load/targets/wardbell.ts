import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { freePort } from '../../support/free-port.js';
import { eventually } from '../../support/wait.js';
import { type Cores, spawnNode } from '../machine.js';
import { monotonicUs } from '../statistics.js';
import { type Identity, mintToken } from '../token.js';
import type { Postgres } from './postgres.js';
import { type Contender, EVENT_BYTES, MIN_EVENT_BYTES, type Target } from './target.js';

const HOST = '127.0.0.1';
/** Migrates as the owner and returns what the server starts with: the logins of its roles. Older builds migrate by themselves. */
async function migrated(
  { DATABASE_URL, ...others }: Readonly<Record<string, string>>,
  root: string,
): Promise<Record<string, string | undefined>> {
  const command = join(root, 'server/dist/migrate.js');
  if (DATABASE_URL === undefined || !existsSync(command)) return { DATABASE_URL, ...others };
  const { stdout } = await promisify(execFile)(process.execPath, [command, '--print-urls'], {
    env: { DATABASE_URL, ...others },
  });
  return { ...others, ...parseEnv(stdout) };
}

/** Of an event's frame, everything but the padding. */
const ENVELOPE_BYTES = 234;
const PADDING = 'x'.repeat(EVENT_BYTES - ENVELOPE_BYTES);
const START_TIMEOUT_MS = 120_000;
const MAX_CONNECTIONS = 1_000_000;

/** As any service in the same database would: in its own transaction, by the function that it may call. */
const EMIT = {
  name: 'emit',
  text: `SELECT count(wardbell.emit(tenant, 'bench_event', jsonb_build_object('t', $2::bigint, 'pad', $3::text)))
         FROM unnest($1::uuid[]) AS tenant, generate_series(1, $4)`,
};

export interface WardbellOptions {
  readonly postgres: Postgres;
  readonly cores: Cores;
  /** Folder of a built checkout: this one, or another to compare with. */
  readonly root: string;
  readonly name: string;
  /** Where its clients come in (default `/ws`). */
  readonly path?: string;
}

/** The real server, production build, everything on, with a database of its own. */
export class Wardbell implements Target {
  readonly tenantIds: readonly string[];
  readonly #secret = randomBytes(32).toString('base64url');
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'wardbell-bench-server-'));
  readonly #agent = new Agent({ keepAlive: true });
  readonly #pool: pg.Pool;
  #process: ChildProcess | undefined;

  private constructor(
    private readonly options: WardbellOptions,
    readonly database: TestDatabase,
    readonly port: number,
    tenants: number,
  ) {
    this.tenantIds = Array.from({ length: tenants }, () => randomUUID());
    this.#pool = new pg.Pool({ connectionString: database.superuserUrl, max: 4 });
    this.#pool.on('error', () => undefined);
  }

  static async start(options: WardbellOptions, tenants: number): Promise<Wardbell> {
    const database = await createDatabase({ empty: true, cluster: options.postgres });
    const wardbell = new Wardbell(options, database, await freePort(), tenants);
    await wardbell.startServer();
    await database.query(
      `INSERT INTO wardbell.tenant (id, name, slug, max_connections)
       SELECT id, 'Clinic ' || n, 'clinic-' || n, $2 FROM unnest($1::uuid[]) WITH ORDINALITY AS t(id, n)`,
      [wardbell.tenantIds, MAX_CONNECTIONS],
    );
    return wardbell;
  }

  get host(): string {
    return HOST;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts the server's process on its port; again after `kill`. Resolves when it is ready. */
  async startServer(): Promise<void> {
    const log = openSync(join(this.#dataDir, 'server.log'), 'a');
    const env = await migrated(
      {
        PATH: process.env['PATH'] ?? '',
        NODE_ENV: 'production',
        PORT: String(this.port),
        HOST,
        DATA_DIR: this.#dataDir,
        DATABASE_URL: this.database.ownerUrl,
        JWT_SECRET: this.#secret,
        SUPER_ADMIN_EMAIL: 'root@wardbell.test',
        SUPER_ADMIN_PASSWORD: randomBytes(16).toString('hex'),
        MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '10000000', // all sockets come from one address
        MAX_WEBSOCKET_CONNECTIONS_PER_USER: '100000', // and of few users
      },
      this.options.root,
    );
    const child = spawnNode(this.options.cores, [join(this.options.root, 'server/dist/main.js')], {
      env,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#process = child;
    await eventually(
      async () => {
        if (child.exitCode !== null) return 'ended';
        return (await fetch(`http://${HOST}:${this.port}/health/ready`)).ok ? 'ready' : undefined;
      },
      { timeoutMs: START_TIMEOUT_MS, what: 'the server ready' },
    ).then((state) => {
      if (state === 'ended') throw new Error(`the server ended:\n${this.log().slice(-2_000)}`);
    });
  }

  /** All that the server has logged. */
  log(): string {
    return readFileSync(join(this.#dataDir, 'server.log'), 'utf8');
  }

  /** Ends the server's process as a power cut would. */
  async kill(): Promise<void> {
    if (!this.#process) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
    this.#process = undefined;
  }

  entry(sockets: readonly number[]) {
    return {
      host: HOST,
      port: this.port,
      readyOn: 'connected' as const,
      minEventBytes: MIN_EVENT_BYTES,
      groups: sockets.map((count, tenant) => ({
        path: this.options.path ?? '/ws',
        sockets: count,
        identity: this.identity(tenant, 'clinician'),
      })),
    };
  }

  identity(tenant: number, role: Identity['role']): Identity {
    return { secret: this.#secret, tenantId: this.tenantId(tenant), role };
  }

  tenantId(tenant: number): string {
    const id = this.tenantIds[tenant];
    if (id === undefined) throw new RangeError(`there are ${this.tenantIds.length} tenants`);
    return id;
  }

  /** By `wardbell.emit` in one transaction. */
  async publish(tenants: readonly number[], eventsEach: number): Promise<void> {
    const ids = tenants.map((tenant) => this.tenantId(tenant));
    await this.#pool.query({ ...EMIT, values: [ids, monotonicUs(), PADDING, eventsEach] });
  }

  /** By `POST /events`: through HTTP, authentication, one transaction. */
  publishOverHttp(tenant: number): Promise<void> {
    return this.#post(tenant, '/api/v1/events', {
      type: 'bench_event',
      data: { t: monotonicUs(), pad: PADDING },
    });
  }

  /** By `POST /notifications`, to everybody of the tenant: a row in the inbox of each. */
  notify(tenant: number): Promise<void> {
    return this.#post(tenant, '/api/v1/notifications', { message: `t=${monotonicUs()} ${PADDING}` });
  }

  #post(tenant: number, path: string, content: object): Promise<void> {
    const body = JSON.stringify(content);
    const headers = {
      authorization: `Bearer ${mintToken(this.identity(tenant, 'tenant_admin'), 'publisher')}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      request(
        {
          agent: this.#agent,
          host: HOST,
          port: this.port,
          path,
          method: 'POST',
          headers,
        },
        (response) => {
          response.resume();
          response.on('end', () => {
            if (response.statusCode !== undefined && response.statusCode < 300) resolve();
            else reject(new Error(`POST ${path} was answered ${response.statusCode}`));
          });
        },
      )
        .on('error', reject)
        .end(body);
    });
  }

  async stop(): Promise<void> {
    await this.kill();
    this.#agent.destroy();
    await this.#pool.end();
    await this.database.drop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

/** A server that clients reach by WebSocket, and the same one for clients that take server-sent events. */
export interface WardbellContender extends Contender<Wardbell> {
  readonly overEventStreams: Contender<Wardbell>;
}

export const wardbell = (options: WardbellOptions): WardbellContender => ({
  name: options.name,
  start: (tenants) => Wardbell.start(options, tenants),
  overEventStreams: {
    name: `${options.name}, server-sent events`,
    start: (tenants) => Wardbell.start({ ...options, path: '/api/v1/stream' }, tenants),
  },
});
