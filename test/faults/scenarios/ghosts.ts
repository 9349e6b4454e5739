import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Clinic } from '../../integration/delivery/support/clinic.js';
import { startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { hangUp } from '../support/hang-up.js';
import { judgeOneMessage } from '../support/one-message.js';
import { openOwnDatabase } from '../support/own-database.js';
import { Postgres } from '../support/postgres.js';
import { Random } from '../support/random.js';
import type { Scenario } from './scenario.js';

const HANG_UPS = 150;
const MAX_HANG_UP_MS = 30;
const PAUSED = 20;
const LARGE_EVENTS = 300;
const LARGE_BYTES = 50_000;

const Health = z.object({ connections: z.number() });

/** Clients that hang up at the worst moments. */
export const ghosts: Scenario = {
  name: 'ghosts',
  guarantee: 'Clients that hang up during the handshake or while they are paused leave nothing behind',
  isShort: true,
  run: async ({ seed, say }) => {
    const random = new Random(seed);
    const postgres = await Postgres.create();
    const database = openOwnDatabase(postgres);
    const server = await startServer({
      database,
      env: { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000', MAX_WEBSOCKET_CONNECTIONS_PER_TENANT: '10000' },
    });
    try {
      const clinic = await Clinic.create(database);
      const token = await clinic.token();
      await Promise.all(
        Array.from({ length: HANG_UPS }, () => hangUp(server.port, token, random.between(0, MAX_HANG_UP_MS))),
      );
      say('hung up during the handshake');
      const paused = await Promise.all(
        Array.from({ length: PAUSED }, () => connect(server.wsUrl, { token })),
      );
      for (const { ws } of paused) ws.pause();
      await database.query(
        `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('text', repeat('x', $2)))
         FROM generate_series(1, $3::int)`,
        [clinic.id, LARGE_BYTES, LARGE_EVENTS],
      );
      await delay(1_000); // for the sockets to fill, which no client can see
      for (const { ws } of paused) ws.terminate();
      say('hung up while paused');
      await eventually(
        async () => Health.parse(await (await fetch(`${server.url}/health`)).json()).connections === 0,
        { timeoutMs: 20_000, what: 'no open connection' },
      );
      return {
        findings: await judgeOneMessage(server, database, clinic),
        measured: { 'hung up': String(HANG_UPS + PAUSED) },
      };
    } finally {
      await server.stop();
      await database.drop();
      await postgres.remove();
    }
  },
};
