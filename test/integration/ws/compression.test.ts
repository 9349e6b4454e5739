import { beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { database, server, useServer } from '../../support/fixture.js';
import type { RunningServer } from '../../support/server.js';
import { TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, createPatient, emit } from './clinic.js';

type Offer = WebSocket.ClientOptions['perMessageDeflate'];

/** A socket that offers what it is told to, and how many bytes the server sent it. */
class Offering extends TestSocket {
  static async connect(
    { wsUrl }: RunningServer,
    clinic: Clinic,
    offer: Offer,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Offering> {
    const token = await clinic.token('clinician');
    const socket = new Offering(wsUrl, { token, query, perMessageDeflate: offer ?? false });
    await socket.waitFor('connected');
    return socket;
  }

  get isCompressed(): boolean {
    return this.ws.extensions.includes('permessage-deflate');
  }

  get epoch(): string {
    return String(this.frames[0]?.data?.['epoch']);
  }
}

const NOTES = 'Allergic to penicillin. Prefers to be called in the afternoon. '.repeat(40);

useServer({ env: { WEBSOCKET_COMPRESSION: 'true' } });

describe('Compression', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic(database);
  });

  it('gives those who offer it the same events in fewer bytes, live, in a burst and replayed', async () => {
    const sockets = await Promise.all([true, false].map((offer) => Offering.connect(server, clinic, offer)));
    const [deflated, other] = sockets;
    if (!deflated || !other) throw new Error('two sockets were opened');
    expect([deflated.isCompressed, other.isCompressed]).toEqual([true, false]);
    const before = sockets.map(({ receivedBytes }) => receivedBytes);
    await createPatient(server, clinic, { notes: NOTES });
    await database.query(
      `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('n', n, 'text', $2::text))
       FROM generate_series(1, 50) n`,
      [clinic.id, NOTES],
    );
    await emit(database, clinic, 'short');
    for (const socket of sockets) await socket.waitFor('short');
    expect(deflated.events).toHaveLength(52);
    expect(deflated.events).toEqual(other.events);
    const [few = 0, many = 0] = sockets.map(
      ({ receivedBytes }, index) => receivedBytes - (before[index] ?? 0),
    );
    expect(many).toBeGreaterThan(50 * NOTES.length);
    expect(few).toBeLessThan(many / 4);

    const replayed = await Offering.connect(server, clinic, true, { since: '0', epoch: other.epoch });
    await replayed.waitFor('resumed');
    expect(replayed.isCompressed).toBe(true);
    expect(replayed.events).toEqual(other.events);
    for (const socket of [...sockets, replayed]) await socket.close();
  });

  it('understands what a client compressed, and keeps its kind when the client chooses other topics', async () => {
    const socket = await Offering.connect(server, clinic, { threshold: 0 });
    socket.ws.send('ping', { compress: true });
    await eventually(() => socket.texts.includes('pong'), { what: 'pong' });
    socket.ws.send(JSON.stringify({ type: 'subscribe', types: ['task_updated'] }), { compress: true });
    socket.ws.send(JSON.stringify({ type: 'ping' }), { compress: true });
    await socket.waitFor('pong');
    const before = socket.receivedBytes;
    await emit(database, clinic, 'task_updated', { text: NOTES });
    await socket.waitFor('task_updated');
    expect(socket.receivedBytes - before).toBeLessThan(NOTES.length / 4);
    await socket.close();
  });

  it('is declined, not broken, for a client that has no room for the window', async () => {
    const socket = await Offering.connect(server, clinic, { serverMaxWindowBits: 9 });
    expect(socket.isCompressed).toBe(false);
    await emit(database, clinic, 'task_updated', { text: NOTES });
    expect((await socket.waitFor('task_updated')).data).toEqual({ text: NOTES });
    await socket.close();
  });

  it('does not unpack a message that is larger than a client may send (1009)', async () => {
    const socket = await Offering.connect(server, clinic, { threshold: 0 });
    socket.ws.send('x'.repeat(1_000_000), { compress: true });
    expect((await socket.closed()).code).toBe(1009);
  });
});
