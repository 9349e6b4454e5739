import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { TestSocket } from '../../support/socket.js';
import { Clinic } from './support/clinic.js';

const NUMBERS =
  '{"big": 9007199254740993, "long": 123456789012345678901234567890, "exact": 1.10, "tiny": 1e-7, "huge": 1e400}';

let database: TestDatabase;
let server: RunningServer;
beforeAll(async () => {
  database = await createDatabase();
  server = await startServer({ database });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

it('sends the numbers of an event byte for byte as the log holds them: live, resumed, and over HTTP', async () => {
  const clinic = await Clinic.create(database);
  const { epoch } = await clinic.position();
  const live = new TestSocket(server.wsUrl, { token: await clinic.token() });
  await live.waitFor('connected');
  await database.query('SELECT wardbell.emit($1, $2, $3)', [clinic.id, 'measured', NUMBERS]);
  const [row] = await database.query<{ data: string }>(
    'SELECT data::text FROM wardbell.outbox WHERE tenant_id = $1',
    [clinic.id],
  );
  const held = row?.data ?? 'nothing';
  for (const digits of ['9007199254740993', '123456789012345678901234567890', '1.10', `1${'0'.repeat(400)}`])
    expect(held).toContain(digits);

  await live.waitFor('measured');
  const resumed = new TestSocket(server.wsUrl, {
    token: await clinic.token('front_desk'),
    query: { since: '0', epoch },
  });
  await resumed.waitFor('measured');
  for (const socket of [live, resumed])
    expect(socket.texts.find((text) => text.includes('"measured"'))).toContain(`"data":${held}}`);
  live.ws.terminate();
  resumed.ws.terminate();

  const answer = await fetch(`${server.url}/api/v1/events?since=0`, {
    headers: { authorization: `Bearer ${await clinic.token('tenant_admin')}` },
  });
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const text = await answer.text();
  expect(text).toContain(`"data":${held}}`);
  expect(JSON.parse(text)).toMatchObject({ data: [{ type: 'measured', seq: 1 }], next: null });
});
