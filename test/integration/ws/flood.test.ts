import { describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { createClinic } from './clinic.js';
import { OPCODE, RawSocket } from './raw-socket.js';

useServer({ env: { WEBSOCKET_HEARTBEAT_INTERVAL: '1' } });

/** Floods themselves: the scenario `frame-flood` of the fault rig. */
describe('The count of frames that are no messages', () => {
  const open = async (limit?: number): Promise<RawSocket> => {
    const clinic = await createClinic(
      database,
      limit === undefined ? {} : { max_messages_per_minute: limit },
    );
    const socket = new RawSocket(server.port, `/ws?token=${await clinic.token('clinician')}`);
    await socket.waitFor(OPCODE.text);
    return socket;
  };

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
