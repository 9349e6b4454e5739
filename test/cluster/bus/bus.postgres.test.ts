import type { HeadNotice } from '../../../server/src/realtime/bus/bus.js';
import { PostgresBus } from '../../../server/src/realtime/bus/bus.postgres.js';
import { database, useDatabase } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { OUTAGES, openRelay, SILENT } from '../support/buses.js';
import { conformsToBus, EPOCH } from './conformance.js';

useDatabase();

const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND usename = 'wardbell_relay'`;

conformsToBus('PostgreSQL', () => ({
  open: async (epoch = EPOCH) => {
    const relay = await openRelay(database);
    const bus = new PostgresBus(relay, OUTAGES, SILENT);
    const heard: HeadNotice[] = [];
    bus.onNotice((notice) => heard.push(notice));
    bus.open(epoch);
    await bus.onApplicationBootstrap();
    await eventually(() => bus.connected);
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      await bus.onApplicationShutdown();
      await relay.onApplicationShutdown();
    };
    return {
      bus,
      heard,
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
  },
  cutAll: async () => {
    await database.query(TERMINATE);
  },
  sayJunk: async () => {
    for (const text of [
      '',
      'x',
      '{}',
      '{"from":1}',
      '{"from":"a","heads":{"b":"c"}}',
      '[]',
      '"'.repeat(7_000),
    ]) {
      await database.query('SELECT pg_notify($1, $2)', ['wardbell', text]);
    }
  },
  takeAway: async () => {
    await database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT 0`);
    await database.query(TERMINATE);
  },
  giveBack: async () => {
    await database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT -1`);
  },
}));
