import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Cluster } from '../support/cluster.js';
import type { Scenario } from './scenario.js';

const EMIT = `SELECT wardbell.emit($1, $2, '{}')`;
const NOT_SUPPORTED = '0A000';
/** How long a transaction stays open that has its constraints immediate, or is prepared. */
const HOLD_MS = 1_500;
/** What a write of the same clinic may take meanwhile; the held head made it wait as long as the transaction. */
const MAX_WRITE_MS = 1_000;
const ROUNDS = 5;

const codeOf = (error: unknown): string =>
  error instanceof pg.DatabaseError ? String(error.code) : String(error);

/** Services that emit in transactions of their own kind, in a clinic that is busy with other writes. */
class Stage {
  readonly #clients: pg.Client[] = [];
  #isOver = false;
  /** Events that committed. */
  count = 0;
  slowestMs = 0;

  constructor(
    readonly cluster: Cluster,
    readonly clinics: readonly [string, string],
  ) {}

  async open(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.cluster.postgres.superuserUrl });
    client.on('error', () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  /** Emits in the first clinic again and again, and notes the slowest. */
  async beBusy(): Promise<void> {
    const client = await this.open();
    while (!this.#isOver) {
      const startMs = performance.now();
      await client.query(EMIT, [this.clinics[0], 'busy']).then(
        () => {
          this.count += 1;
        },
        (error: unknown) =>
          this.cluster.find('unavailable', `an ordinary write failed with ${codeOf(error)}`),
      );
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startMs);
      await delay(5);
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  async end(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end().catch(() => undefined)));
  }
}

/** Works or is refused at the call; an error at the commit, of a conflict with others, is neither. */
const stageIsolation = async (stage: Stage, level: string): Promise<string> => {
  const client = await stage.open();
  const outcomes = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    await client.query(`BEGIN ISOLATION LEVEL ${level}`);
    try {
      await client.query('SELECT count(*) FROM wardbell.tenant_head');
      const seen = stage.count;
      await eventually(() => stage.count > seen);
      const refusal = await client.query(EMIT, [stage.clinics[0], 'isolated']).then(() => undefined, codeOf);
      if (refusal !== undefined) outcomes.add(`refused at the call ${refusal}`);
      else {
        await client.query('COMMIT');
        stage.count += 1;
        outcomes.add('works');
      }
      if (refusal !== undefined && refusal !== NOT_SUPPORTED)
        stage.cluster.find('unavailable', `${level}: emit failed with ${refusal}`);
    } catch (error) {
      outcomes.add(`failed at the commit ${codeOf(error)}`);
      stage.cluster.find('unavailable', `${level}: the commit failed with ${codeOf(error)}`);
    } finally {
      await client.query('ROLLBACK');
    }
  }
  return [...outcomes].join(', ');
};

/** Two transactions that cross over clinics, with constraints immediate, and then dawdle. */
const stageImmediate = async (stage: Stage): Promise<void> => {
  const pair = await Promise.all([stage.open(), stage.open()]);
  const cross = async (client: pg.Client, clinics: readonly string[]): Promise<void> => {
    try {
      await client.query('BEGIN; SET CONSTRAINTS ALL IMMEDIATE');
      for (const clinic of clinics) {
        await client.query(EMIT, [clinic, 'immediate']);
        await delay(HOLD_MS / 2);
      }
      await client.query('COMMIT');
      stage.count += clinics.length;
    } catch (error) {
      stage.cluster.find('unavailable', `constraints immediate: failed with ${codeOf(error)}`);
      await client.query('ROLLBACK');
    }
  };
  await Promise.all(
    pair.map((client, at) => cross(client, at === 0 ? stage.clinics : stage.clinics.toReversed())),
  );
};

/** A transaction manager prepares a transaction and commits it later. */
const stagePrepared = async (stage: Stage): Promise<string> => {
  const client = await stage.open();
  const outcomes = new Set<string>();
  for (const [at, words] of ['PREPARE TRANSACTION', 'prepare /* of two phases */ transaction'].entries()) {
    await client.query('BEGIN');
    await client.query(EMIT, [stage.clinics[0], 'prepared']);
    const refusal = await client.query(`${words} 'number ${at}'`).then(() => undefined, codeOf);
    outcomes.add(refusal === undefined ? 'taken' : `refused ${refusal}`);
    if (refusal !== undefined) await client.query('ROLLBACK');
    if (refusal === NOT_SUPPORTED) continue;
    stage.cluster.find('unavailable', `${words}: ${refusal ?? 'taken, though it holds the clinic'}`);
    if (refusal !== undefined) continue;
    await delay(HOLD_MS);
    await client.query(`ROLLBACK PREPARED 'number ${at}'`);
  }
  return [...outcomes].join(', ');
};

/** `wardbell.emit` in transactions that are not READ COMMITTED, deferred and committed in one phase. */
export const oddTransactions: Scenario = {
  name: 'odd-transactions',
  guarantee:
    'wardbell.emit works in a transaction or is refused at the call or at PREPARE with 0A000: it fails at no ' +
    'commit, holds no clinic and deadlocks with nobody',
  isShort: true,
  run: async ({ say }) => {
    const cluster = await Cluster.create({ max_prepared_transactions: '5' });
    let stage: Stage | undefined;
    try {
      const server = await cluster.start();
      stage = new Stage(cluster, [await cluster.createTenant(), await cluster.createTenant()]);
      const { clinics } = stage;
      const witnesses = await Promise.all(
        clinics.map(async (tenantId) =>
          cluster.tryConnect(server, await mintToken({ role: 'clinician', tenantId })),
        ),
      );
      const busy = stage.beBusy();
      const measured: Record<string, string> = {};
      for (const level of ['REPEATABLE READ', 'SERIALIZABLE'])
        measured[level] = await stageIsolation(stage, level);
      say('constraints immediate');
      for (const [name, work] of Object.entries({
        'constraints immediate': stageImmediate,
        prepared: stagePrepared,
      })) {
        stage.slowestMs = 0;
        const outcome = await work(stage);
        const written = stage.count;
        await eventually(() => (stage?.count ?? 0) > written, { what: 'a write after' });
        measured[name] = `${outcome ?? 'works'}, slowest write beside it ${Math.round(stage.slowestMs)} ms`;
        if (stage.slowestMs > MAX_WRITE_MS)
          cluster.find('unavailable', `${name}: a write waited ${Math.round(stage.slowestMs)} ms`);
      }
      stage.stop();
      await busy;
      const total = stage.count;
      const received = () => witnesses.reduce((sum, { events }) => sum + events.length, 0);
      await eventually(() => received() >= total, { what: 'every event' }).catch(() => undefined);
      if (received() !== total) cluster.find('lost', `${received()} of ${total} events came`);
      for (const { events } of witnesses)
        if (events.some(({ seq }, at) => seq !== at + 1))
          cluster.find('lost', 'numbers of a clinic have a hole or a repeat');
      return { findings: cluster.findings, measured: { ...measured, events: String(total) } };
    } finally {
      stage?.stop();
      await stage?.end();
      await cluster.stop();
    }
  },
};
