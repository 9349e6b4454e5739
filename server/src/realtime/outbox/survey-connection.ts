import type pg from 'pg';
import type { RelayPool } from '../../database/pools.js';
import type { Statement } from '../../database/role-pool.js';

/** Timeout, because a network that drops packets never answers. Shorter than the time a stream may be unconfirmed. */
const TIMEOUT_MS = 2_000;

/**
 * The connection that queries the heads. It is outside the pool, where the query could wait for statements that hang
 * for 10 s: a loss of the connection to the database must be known within 3 s.
 */
export class SurveyConnection {
  #client: Promise<pg.Client> | undefined;

  constructor(private readonly relay: RelayPool) {}

  /** @throws within 4 s when the database does not answer; the next query opens a new connection */
  async query<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    this.#client ??= this.#connect();
    const connecting = this.#client;
    try {
      return (await (await connecting).query<Row>(this.relay.toQuery(statement, values))).rows;
    } catch (error) {
      if (this.#client === connecting) this.close();
      throw error;
    }
  }

  /** Does not wait for the server, which may never answer. */
  close(): void {
    const closing = this.#client;
    this.#client = undefined;
    void closing?.then((client) => client.end()).catch(() => undefined);
  }

  async #connect(): Promise<pg.Client> {
    const client = this.relay.dedicated('wardbell-survey', TIMEOUT_MS);
    client.on('error', () => undefined); // the next query fails and reports it
    await client.connect();
    return client;
  }
}
