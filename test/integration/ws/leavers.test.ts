import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { createClinic } from './clinic.js';

/** Room for the server (50 MB) and a few thousand sockets, not for all that come here one after the other. */
const HEAP_MB = 80;
const SOCKETS = 10_000;
const AT_ONCE = 50;

let database: TestDatabase;
let server: RunningServer;
beforeAll(async () => {
  database = await createDatabase();
  server = await startServer({
    database,
    env: {
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
      MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000',
    },
  });
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

it('keeps nothing of those who have left, however long their tokens are good', async () => {
  const clinic = await createClinic(database);
  const token = await clinic.token('clinician', { expiresInS: 86_400 });
  for (let come = 0; come < SOCKETS; come += AT_ONCE) {
    const sockets = await Promise.all(
      Array.from({ length: AT_ONCE }, () => connect(server.wsUrl, { token, perMessageDeflate: false })),
    );
    await Promise.all(sockets.map((socket) => socket.close()));
  }
  expect(await server.stop()).toBe(0);
}, 120_000);
