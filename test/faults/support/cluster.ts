import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type RunningServer, type ServerOptions, startServer } from '../../support/server.js';
import { TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import type { Finding } from './oracle.js';
import { Postgres } from './postgres.js';

/** A database and a few servers for a scenario, with what it has found. Everything ends with `stop`. */
export class Cluster {
  readonly findings: Finding[] = [];
  readonly #servers: RunningServer[] = [];
  readonly #sockets: TestSocket[] = [];

  private constructor(
    readonly postgres: Postgres,
    private readonly db: pg.Pool,
  ) {}

  /** @param settings of PostgreSQL */
  static async create(settings: Readonly<Record<string, string>> = {}): Promise<Cluster> {
    const postgres = await Postgres.create(settings);
    const db = new pg.Pool({ connectionString: postgres.superuserUrl, max: 2 });
    db.on('error', () => undefined);
    return new Cluster(postgres, db);
  }

  async start(options: ServerOptions = {}): Promise<RunningServer> {
    const server = await startServer({
      database: { ownerUrl: this.postgres.ownerUrl },
      timeoutMs: 60_000,
      ...options,
      env: { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000', ...options.env },
    });
    this.#servers.push(server);
    return server;
  }

  /** A tenant whose people come from another issuer; answers its id. */
  async createTenant(maxConnections: number | null = null): Promise<string> {
    const id = randomUUID();
    await this.query(
      'INSERT INTO wardbell.tenant (id, name, slug, max_connections) VALUES ($1, $2, $2, $3)',
      [id, `clinic-${id}`, maxConnections],
    );
    return id;
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.db.query<Row>(sql, [...values])).rows;
  }

  /** Connects a raw client; answers it once it is connected or refused. */
  async tryConnect(server: RunningServer, token: string, query: Record<string, string> = {}) {
    const socket = new TestSocket(server.wsUrl, { token, query });
    this.#sockets.push(socket);
    await eventually(() => socket.frames.length > 0 || isClosed(socket), {
      timeoutMs: 20_000,
      what: 'a verdict',
    });
    return socket;
  }

  /** Notes a broken promise. */
  find(kind: Finding['kind'], text: string): void {
    this.findings.push({ kind, text });
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.ws.terminate();
    for (const server of this.#servers) server.process.kill('SIGCONT');
    await Promise.all(this.#servers.map((server) => server.kill('SIGKILL')));
    await this.db.end();
    await this.postgres.remove();
  }
}

export const isClosed = (socket: TestSocket): boolean => socket.ws.readyState === socket.ws.CLOSED;
export const isOpen = (socket: TestSocket): boolean =>
  socket.ws.readyState === socket.ws.OPEN && socket.frames.length > 0;
export const connectionIdOf = (socket: TestSocket): string =>
  String(socket.frames[0]?.data?.['connection_id']);
export const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`;
