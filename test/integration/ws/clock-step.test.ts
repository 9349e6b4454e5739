import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FakeClock } from '../../faults/support/fake-clock.js';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { describeWith } from '../../support/programs.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { createClinic } from './clinic.js';

const HOUR_S = 3_600;
const TOKEN_S = 8;

describeWith('faketime', 'A server whose clock is put back by an hour', () => {
  let database: TestDatabase;
  let server: RunningServer;
  let clock: FakeClock;
  beforeAll(async () => {
    database = await createDatabase();
    clock = new FakeClock(false);
    server = await startServer({ database, env: clock.env });
  });
  afterAll(async () => {
    await server?.stop();
    clock?.remove();
    await database?.drop();
  });

  it('ends tokens and waits for resume as if nothing had happened', async () => {
    const clinic = await createClinic(database);
    const startMs = performance.now();
    const short = await connect(server.wsUrl, {
      token: await clinic.token('clinician', { expiresInS: TOKEN_S }),
    });
    const silent = await connect(server.wsUrl, {
      token: await clinic.token('clinician'),
      query: { resume: 'inband' },
    });
    clock.shift(-HOUR_S);
    expect(await short.closed(15_000)).toEqual({ code: 4401, reason: 'Token expired' });
    expect(await silent.closed(15_000)).toEqual({ code: 4408, reason: 'Resume timeout' });
    expect(performance.now() - startMs).toBeLessThan(15_000);
  });
});
