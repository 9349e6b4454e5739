import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { createClinic } from './clinic.js';
import { OPCODE, RawSocket } from './raw-socket.js';

const MESSAGE_RATE = { code: 4429, reason: 'Message rate exceeded' };
/** The default of `max_messages_per_minute`. */
const RATE = 120;

describe('A flood of frames that are no messages', () => {
  let database: TestDatabase;
  let server: RunningServer;
  beforeAll(async () => {
    database = await createDatabase();
    server = await startServer({ database, env: { WEBSOCKET_HEARTBEAT_INTERVAL: '1' } });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const open = async (limit?: number): Promise<RawSocket> => {
    const clinic = await createClinic(
      database,
      limit === undefined ? {} : { max_messages_per_minute: limit },
    );
    const socket = new RawSocket(server.port, `/ws?token=${await clinic.token('clinician')}`);
    await socket.waitFor(OPCODE.text);
    return socket;
  };

  it.each(['ping', 'pong'] as const)(
    'closes 4429 a client that sends more %ss than messages are allowed',
    async (kind) => {
      const socket = await open();
      for (let sent = 0; sent < 2 * RATE; sent++) socket.send({ opcode: OPCODE[kind] });
      expect(await socket.closed()).toEqual(MESSAGE_RATE);
      // what it goes on sending is not read any more
      await eventually(() => socket.ended, { timeoutMs: 5_000, what: 'the end of the connection' });
    },
  );

  it('closes 4429, and not with a code that means to sign in, a message of ever more empty fragments', async () => {
    const socket = await open();
    socket.send({ opcode: OPCODE.text, isFinal: false });
    for (let sent = 0; sent < RATE; sent++) socket.send({ opcode: OPCODE.continuation, isFinal: false });
    expect(await socket.closed()).toEqual(MESSAGE_RATE);
  });

  it('takes a message in a few fragments', async () => {
    const socket = await open();
    socket.send({ opcode: OPCODE.text, isFinal: false, payload: Buffer.from('pi') });
    socket.send({ opcode: OPCODE.continuation, payload: Buffer.from('ng') });
    await eventually(() => socket.frames.some(({ payload }) => payload.toString() === 'pong'), {
      what: 'the pong',
    });
    socket.destroy();
  });

  it('does not count the answers to the server’s own pings', async () => {
    const socket = await open(1);
    const pings = () => socket.frames.filter(({ opcode }) => opcode === OPCODE.ping).length;
    let answered = 0;
    await eventually(
      () => {
        for (; answered < pings(); answered++) socket.send({ opcode: OPCODE.pong });
        return answered >= 4;
      },
      { what: 'four pings' },
    );
    expect(socket.frames.filter(({ opcode }) => opcode === OPCODE.close)).toEqual([]);
    socket.destroy();
  });
});
