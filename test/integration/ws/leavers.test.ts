import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { createClinic } from './clinic.js';
import { scrape } from './scrape.js';

const AT_ONCE = 50;
/** Fill caches and let the code be compiled before memory is measured. */
const FIRST = 1_000;
const LEAVERS = 3_000;
/** A session that is kept after its socket has closed is 3 kB at least (measured). */
const KEPT_PER_LEAVER = 1_000;

const RESIDENTS = 500;
const LONG_HEADER = 'x'.repeat(14_000);
/** A request that is kept has the long header. */
const KEPT_PER_REQUEST = 7_000;

const COLLECTOR = pathToFileURL('test/support/collect-garbage.mjs').href;

/** Bytes of JavaScript objects and buffers of the server; garbage that is not collected yet may be among them. */
async function usedBytes(): Promise<number> {
  process.kill(server.pid, 'SIGUSR2');
  const samples = await scrape(server);
  return samples('nodejs_heap_size_used_bytes') + samples('nodejs_external_memory_bytes');
}

/** The least of several readings. */
async function keptBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < 10; reading += 1) least = Math.min(least, await usedBytes());
  return least;
}

async function connectMany(
  count: number,
  options: Parameters<typeof connect>[1],
  use: (sockets: TestSocket[]) => Promise<unknown>,
): Promise<void> {
  for (let connected = 0; connected < count; connected += AT_ONCE) {
    await use(
      await Promise.all(
        Array.from({ length: AT_ONCE }, () =>
          connect(server.wsUrl, { perMessageDeflate: false, ...options }),
        ),
      ),
    );
  }
}

describe('The memory of a server', () => {
  useServer({ env: { NODE_OPTIONS: `--import=${COLLECTOR}` } });

  it('keeps nothing of clients that have left, however long their tokens are valid', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token('clinician', { expiresInS: 86_400 });
    const leave = (sockets: TestSocket[]) => Promise.all(sockets.map((socket) => socket.close()));
    await connectMany(FIRST, { token }, leave);
    const before = await keptBytes();
    await connectMany(LEAVERS, { token }, leave);
    await eventually(async () => {
      const perLeaver = ((await usedBytes()) - before) / LEAVERS;
      expect(perLeaver).toBeLessThan(KEPT_PER_LEAVER);
      return true;
    });
  });

  it('keeps nothing of the requests of connected clients', async () => {
    const clinic = await createClinic(database, { max_connections: 3 * RESIDENTS });
    const token = await clinic.token('clinician');
    const residents: TestSocket[] = [];
    const stay = async (sockets: TestSocket[]) => residents.push(...sockets);
    await connectMany(RESIDENTS, { token }, stay);
    const start = await keptBytes();
    await connectMany(RESIDENTS, { token }, stay);
    const withShort = await keptBytes();
    await connectMany(RESIDENTS, { token, headers: { 'x-long': LONG_HEADER } }, stay);
    await eventually(async () => {
      const more = (await usedBytes()) - withShort - (withShort - start);
      expect(more / RESIDENTS).toBeLessThan(KEPT_PER_REQUEST);
      return true;
    });
    await Promise.all(residents.map((socket) => socket.close()));
    expect(await server.stop()).toBe(0);
  });
});
