import { describe, expect, it } from '@jest/globals';
import { isEvent, patientChanges } from '@wardbell/client';
import { Patient } from '@wardbell/contract';
import { z } from 'zod';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect, type Frame } from '../../support/socket.js';
import { must } from '../../support/tenant.js';
import { Clinic, numbers } from './support/clinic.js';

const ROUNDS = 1_000;
const AT_ONCE = 10;
const PATIENTS = 20;
const WRITERS = 3;

const Page = z.object({ data: z.array(Patient), seq: z.number(), epoch: z.string() });
const Event = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) });

useServer({ env: { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000' } });

describe('a list and the stream after its number', () => {
  /** Writes until told to stop: creates, changes and deletes, so that rows come, move and go. */
  const write = async (token: string, isOver: () => boolean): Promise<number> => {
    const ids: string[] = [];
    let writes = 0;
    for (; !isOver(); writes++) {
      if (ids.length < PATIENTS) {
        const body = { first_name: 'Ada', last_name: `Example ${writes % 7}` };
        ids.push((await must(Patient, server, 'POST', '/patients', { token, body })).id);
      } else if (writes % 3 === 0) {
        await call(server.url, 'DELETE', `/patients/${ids.shift()}`, { token });
      } else {
        const id = ids[writes % ids.length];
        const answer = await call(server.url, 'PATCH', `/patients/${id}`, {
          token,
          body: { phone: `${writes}` },
        });
        expect(answer.status).toBe(200);
      }
    }
    return writes;
  };

  const list = (token: string): Promise<z.output<typeof Page>> =>
    must(Page, server, 'GET', '/patients?limit=200', { token });

  const apply = (rows: Map<string, unknown>, frame: Frame): void => {
    const event = Event.parse(frame);
    const change = patientChanges(event);
    if (change?.op === 'put') rows.set(change.row.id, change.row);
    else if (change?.op === 'delete') rows.delete(change.id);
    else expect(isEvent(event, 'patient_created', 'patient_updated', 'patient_deleted')).toBe(false);
  };

  it(`are together the list at any later number, ${ROUNDS} times under write load`, async () => {
    const clinic = await Clinic.create(database);
    const token = await clinic.token();
    let isOver = false;
    const writers = numbers(1, WRITERS).map(() => write(token, () => isOver));
    let rounds = 0;
    let eventsBetween = 0;
    const read = async (): Promise<void> => {
      while (rounds++ < ROUNDS) {
        const before = await list(token);
        const socket = await connect(server.wsUrl, {
          token,
          query: { since: String(before.seq), epoch: before.epoch },
        });
        const after = await list(token);
        await socket.waitFor(
          ({ type, seq, data }) =>
            (seq ?? 0) >= after.seq || (type === 'resumed' && Number(data?.['to']) >= after.seq),
        );
        const rows = new Map<string, unknown>(before.data.map((row) => [row.id, row]));
        const events = socket.events.filter(({ seq }) => (seq ?? 0) <= after.seq);
        expect(events.map(({ seq }) => seq)).toEqual(numbers(before.seq + 1, after.seq));
        for (const event of events) apply(rows, event);
        expect(rows).toEqual(new Map(after.data.map((row) => [row.id, row])));
        eventsBetween += events.length;
        socket.ws.terminate();
      }
    };
    try {
      await Promise.all(numbers(1, AT_ONCE).map(read));
    } finally {
      isOver = true;
    }
    const writes = await Promise.all(writers);
    // else nothing was hammered
    expect(eventsBetween).toBeGreaterThan(ROUNDS);
    expect(Math.min(...writes)).toBeGreaterThan(PATIENTS);
  });
});
