import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DatabaseLogins } from './database.service.js';

/** The hub's reading, admission and housekeeping: short prepared statements, so few connections do. */
const POOL_SIZE = 4;
const CONNECT_TIMEOUT_MS = 2_000;

/** A statement that each connection prepares once, unless a pooler stands between. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Plain `pg` for the hot paths of the relay role, where an ORM has nothing to add. */
@Injectable()
export class RelayPool implements OnApplicationShutdown {
  readonly #pool: pg.Pool;

  constructor(private readonly logins: DatabaseLogins) {
    this.#pool = new pg.Pool({
      connectionString: logins.relay.url,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'wardbell-relay',
      query_timeout: 10_000, // a frozen server never answers; whoever waits must get an error
      keepAlive: true,
    });
    this.#pool.on('error', () => undefined); // an idle connection died; the pool opens another
  }

  /** @throws the error of `pg`, or a connection error within 2 s. */
  async query<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(this.toQuery(statement, values))).rows;
  }

  /** A statement as `pg` takes it, prepared where the connection allows that. */
  toQuery({ name, text }: Statement, values: unknown[]): pg.QueryConfig {
    return this.logins.relay.isPooled ? { text, values } : { name, text, values };
  }

  /** A connection of its own, outside the pool, for LISTEN. The caller connects and ends it. */
  dedicated(): pg.Client {
    return this.#client(this.logins.listenUrl, 'wardbell-listen', 5_000);
  }

  /** A connection for statements that must not wait behind others. The caller connects and ends it. */
  separate(applicationName: string, queryTimeoutMs: number): pg.Client {
    return this.#client(this.logins.relay.url, applicationName, queryTimeoutMs);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool.end();
  }

  #client(connectionString: string, applicationName: string, queryTimeoutMs: number): pg.Client {
    return new pg.Client({
      connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: applicationName,
      query_timeout: queryTimeoutMs,
      keepAlive: true,
    });
  }
}
