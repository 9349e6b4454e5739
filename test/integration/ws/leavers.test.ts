import { describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { createClinic } from './clinic.js';

/** Room for the server (50 MB) and a few thousand sockets, not for all that come here one after the other. */
const HEAP_MB = 80;
const SOCKETS = 10_000;
const AT_ONCE = 50;
/** Of requests that would fill the heap if they were kept: 15 kB each. */
const RESIDENTS = 2_500;
const LONG_HEADER = 'x'.repeat(14_000);

const SMALL = {
  NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
  MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000',
};

describe('A server with a small heap', () => {
  useServer({ env: SMALL });

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
  });
});

describe('A server with a small heap', () => {
  useServer({ env: SMALL });

  it('keeps nothing of the requests of those who stay', async () => {
    const clinic = await createClinic(database, { max_connections: RESIDENTS });
    const token = await clinic.token('clinician');
    const residents: TestSocket[] = [];
    while (residents.length < RESIDENTS) {
      const sockets = Array.from({ length: AT_ONCE }, () =>
        connect(server.wsUrl, { token, headers: { 'x-long': LONG_HEADER }, perMessageDeflate: false }),
      );
      residents.push(...(await Promise.all(sockets)));
    }
    await Promise.all(residents.map((socket) => socket.close()));
    expect(await server.stop()).toBe(0);
  });
});
