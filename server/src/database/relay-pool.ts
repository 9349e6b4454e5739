import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DatabaseUrls } from './database.service.js';
import { SESSION_BOUNDS } from './transactions.js';

/** The hub's reading, admission and housekeeping: short prepared statements, so few connections do. */
const POOL_SIZE = 4;
const CONNECT_TIMEOUT_MS = 2_000;

/** A statement that each connection prepares once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Plain `pg` for the hot paths of the relay role, where an ORM has nothing to add. */
@Injectable()
export class RelayPool implements OnApplicationShutdown {
  readonly #pool: pg.Pool;

  constructor(private readonly urls: DatabaseUrls) {
    this.#pool = new pg.Pool({
      connectionString: urls.relayUrl,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      options: SESSION_BOUNDS,
      query_timeout: 10_000, // a frozen server never answers; whoever waits must get an error
      keepAlive: true,
    });
    this.#pool.on('error', () => undefined); // an idle connection died; the pool opens another
  }

  /** @throws the error of `pg`, or a connection error within 2 s. */
  async query<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>({ ...statement, values })).rows;
  }

  /** A connection of its own, outside the pool, for LISTEN. The caller connects and ends it. */
  dedicated(): pg.Client {
    return new pg.Client({
      connectionString: this.urls.relayUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: 5_000,
      keepAlive: true,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool.end();
  }
}
