import { beforeAll, describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { eventually, expectWithin, scaled } from '../../support/wait.js';
import { type Clinic, createClinic, createPatient } from './clinic.js';
import { eventuallyConnect, settled } from './handshake.js';
import { OPCODE, RawSocket } from './raw-socket.js';
import { scrape } from './scrape.js';

const HEARTBEAT = { code: 4408, reason: 'Heartbeat timeout' };
const RESUME = { code: 4408, reason: 'Resume timeout' };
const INTERVAL_S = 1;

useServer({ env: { WEBSOCKET_HEARTBEAT_INTERVAL: String(INTERVAL_S) } });

/** Time passes for all of these clients at once; each test looks at one of them. */
describe('Heartbeat and resume', () => {
  let small: Clinic;
  let clinic: Clinic;
  let startMs: number;

  let polite: TestSocket;
  const pingedMs: number[] = [];
  let dead: RawSocket;
  let talkative: RawSocket;
  let silent: TestSocket;
  let punctual: TestSocket;

  beforeAll(async () => {
    clinic = await createClinic(database);
    small = await createClinic(database, { max_connections: 1 });
    const token = await clinic.token('clinician');
    startMs = performance.now();
    silent = await connect(server.wsUrl, { token, query: { resume: 'inband' } });
    punctual = await connect(server.wsUrl, { token, query: { resume: 'inband' } });
    polite = await connect(server.wsUrl, { token });
    polite.ws.on('ping', () => pingedMs.push(performance.now()));
    dead = new RawSocket(server.port, `/ws?token=${await small.token('clinician')}`);
    talkative = new RawSocket(server.port, `/ws?token=${token}`);
    await Promise.all([dead, talkative].map((socket) => socket.waitFor(OPCODE.text)));
  });

  const pingsTo = (socket: RawSocket) => socket.frames.filter(({ opcode }) => opcode === OPCODE.ping).length;

  it('counts any message as a sign of life', async () => {
    let answered = 0;
    await eventually(
      () => {
        if (pingsTo(talkative) > answered) {
          answered = pingsTo(talkative);
          talkative.send({ opcode: OPCODE.text, payload: Buffer.from('ping') });
        }
        return answered >= 4;
      },
      { what: 'four pings' },
    );
    expect(talkative.frames.filter(({ opcode }) => opcode === OPCODE.close)).toEqual([]);
    talkative.destroy();
  });

  it('closes 4408 who misses two pings, ends the connection and gives the slot back', async () => {
    expect(await dead.closed()).toEqual(HEARTBEAT);
    expect(pingsTo(dead)).toBe(2);
    // its peer is most likely gone: nobody waits for the answer to the close frame
    await eventually(() => dead.ended, { what: 'the end of the connection' });
    await (await eventuallyConnect(server.wsUrl, { token: await small.token('clinician') })).close();
    expect((await scrape(server))('websocket_closes_total', { code: '4408' })).toBe(1);
  });

  it('ends a connection whose peer vanished right after an answer within two heartbeats', async () => {
    // a ping at the next heartbeat, another half of one later, and the end: three of them took 3 s
    await expectWithin(2_000 * INTERVAL_S + 600, async () => {
      const peer = new RawSocket(server.port, `/ws?token=${await clinic.token('clinician')}`);
      await peer.waitFor(OPCODE.ping);
      peer.send({ opcode: OPCODE.pong });
      const vanishedMs = performance.now();
      expect(await peer.closed()).toEqual(HEARTBEAT);
      return performance.now() - vanishedMs;
    });
  });

  it('says WEBSOCKET_HEARTBEAT_INTERVAL in connected and pings so often; who answers stays', async () => {
    expect(polite.frames[0]?.data?.['heartbeat_interval']).toBe(INTERVAL_S);
    await eventually(() => pingedMs.length >= 4, { what: 'four pings' });
    const [first = 0, , , fourth = 0] = pingedMs;
    expect((fourth - first) / 3_000).toBeGreaterThan(INTERVAL_S * 0.8);
    const gapsMs = pingedMs.slice(1).map((ms, index) => ms - (pingedMs[index] ?? 0));
    // The shortest: a busy machine may hold any of them up.
    expect(Math.min(...gapsMs)).toBeLessThan(1_500 * INTERVAL_S);
    await settled(polite);
  });

  it('sends nothing after connected with resume=inband, and closes 4408 who is silent for 10 s', async () => {
    const { epoch, seq } = punctual.frames[0]?.data ?? {};
    await createPatient(server, clinic);
    punctual.send({ type: 'resume', epoch, since: seq });
    await punctual.waitFor('patient_created');

    expect(await silent.closed()).toEqual(RESUME);
    expect(performance.now() - startMs).toBeGreaterThan(9_900);
    expect(performance.now() - startMs).toBeLessThan(scaled(30_000));
    expect(silent.frames.map(({ type }) => type)).toEqual(['connected']);

    await createPatient(server, clinic);
    await eventually(() => punctual.events.length === 2, { what: 'the second event' });
  });
});
