import { readFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Clinic } from '../../integration/delivery/support/clinic.js';
import { scrape } from '../../integration/ws/scrape.js';
import { startServer } from '../../support/server.js';
import { judgeOneMessage } from '../support/one-message.js';
import type { Finding } from '../support/oracle.js';
import { openOwnDatabase } from '../support/own-database.js';
import { Postgres } from '../support/postgres.js';
import { SlowReader } from '../support/slow-reader.js';
import type { Scenario } from './scenario.js';

const READERS = 100;
const BYTES_PER_SECOND = 150_000;
const EVENT_BYTES = 60 * 1024;
const EVENTS = 1_200;
const RUN_MS = 30_000;
const SAMPLE_MS = 200;
const MAX_GROWTH_BYTES = 128 * 1024 * 1024;

const residentBytes = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** The heap that the image is shipped with. */
const shippedHeap = (): string => {
  const option = /NODE_OPTIONS: (\S+)/.exec(readFileSync('docker-compose.yml', 'utf8'))?.[1];
  if (option === undefined) throw new Error('docker-compose.yml sets no heap');
  return option;
};

/** Clients that come back over slow lines to a log of large events. */
export const slowReaders: Scenario = {
  name: 'slow-readers',
  guarantee:
    'A hundred slow readers of large events cost an instance little memory, and none of them is closed',
  isShort: false,
  run: async ({ say }) => {
    const postgres = await Postgres.create();
    const database = openOwnDatabase(postgres);
    const server = await startServer({
      database,
      env: {
        NODE_OPTIONS: shippedHeap(),
        MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000',
        MAX_WEBSOCKET_CONNECTIONS_PER_TENANT: '10000',
      },
    });
    const readers: SlowReader[] = [];
    const findings: Finding[] = [];
    try {
      const clinic = await Clinic.create(database);
      for (let at = 0; at < EVENTS; at += 100)
        await database.query(
          `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('text', repeat('x', $2)))
           FROM generate_series(1, 100)`,
          [clinic.id, EVENT_BYTES - 200],
        );
      const { epoch } = await clinic.position();
      const token = await clinic.token();
      const idle = residentBytes(server.pid);
      say(`idle: ${Math.round(idle / 1_048_576)} MB`);
      for (let n = 0; n < READERS; n++) {
        // each at a place of its own: what one reads is of no use to the next
        const since = Math.floor((n * EVENTS) / (2 * READERS));
        const socket = dial({ port: server.port, host: '127.0.0.1' });
        readers.push(new SlowReader(socket, `/ws?since=${since}&epoch=${epoch}`, token, BYTES_PER_SECOND));
      }
      let most = idle;
      let unsent = 0;
      const startMs = performance.now();
      while (performance.now() - startMs < RUN_MS && server.process.exitCode === null) {
        most = Math.max(most, residentBytes(server.pid) || 0);
        const samples = await scrape(server).catch(() => undefined);
        unsent = Math.max(unsent, samples?.('hub_replay_unsent_bytes') ?? 0);
        await delay(SAMPLE_MS);
      }
      if (server.process.exitCode !== null || server.process.signalCode !== null) {
        findings.push({ kind: 'unavailable', text: 'the instance died' });
        return { findings, measured: {} };
      }
      if (most - idle > MAX_GROWTH_BYTES)
        findings.push({ kind: 'limit', text: `${Math.round((most - idle) / 1_048_576)} MB above idle` });
      const closed = readers.filter(({ isClosed }) => isClosed).length;
      if (closed > 0) findings.push({ kind: 'unavailable', text: `${closed} slow readers were closed` });
      const idleReaders = readers.filter(({ bytes }) => bytes < EVENT_BYTES).length;
      if (idleReaders > 0) findings.push({ kind: 'unavailable', text: `${idleReaders} readers got nothing` });
      for (const reader of readers.splice(0)) reader.destroy();
      findings.push(...(await judgeOneMessage(server, database)));
      return {
        findings,
        measured: {
          'above idle': `${Math.round((most - idle) / 1_048_576)} MB`,
          'unsent at most': `${Math.round(unsent / 1_048_576)} MB`,
        },
      };
    } finally {
      for (const reader of readers) reader.destroy();
      await server.stop();
      await database.drop();
      await postgres.remove();
    }
  },
};
