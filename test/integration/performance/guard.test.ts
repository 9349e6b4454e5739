import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Role, topicsOf, viewOf } from '@wardbell/contract';
import { Entry } from '../../../server/src/realtime/hub/entry.js';
import { Groups } from '../../../server/src/realtime/hub/group.js';
import { Session } from '../../../server/src/realtime/hub/session.js';
import { Subscription } from '../../../server/src/realtime/hub/subscription.js';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic } from '../ws/clinic.js';

/**
 * What makes fan-out cheap, counted and not timed, so that a busy machine cannot fail it: how often the
 * server calls write(2), and how often the same bytes are built.
 */

const SOCKETS = 60;
const EVENTS = 300;
/** A flush or three and the greeting; one write for each event would be 300. */
const MAX_WRITES_EACH = 12;
/** Many tenants that lack events at the same time: a read answers all that a tenant lacks, not a part for each. */
const TENANTS = 60;
const SOCKETS_EACH = 5;
const EVENTS_EACH = 100;
/** One, as a rule, and positions and presence on a slow machine; a write for each eight events would be 13. */
const MAX_WRITES_IN_CROWD = 5;
/** The server's own: queries, heartbeats, log lines. */
const OWN_WRITES = 400;

/** Calls of write and writev that a process has made (Linux). */
const writeCalls = (pid: number): number =>
  Number(/^syscw: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1] ?? Number.NaN);

const countsWrites = existsSync('/proc/self/io') ? describe : describe.skip;

useServer();

countsWrites('a burst', () => {
  let clinic: Clinic;
  let sockets: TestSocket[] = [];

  beforeAll(async () => {
    clinic = await createClinic(database);
    sockets = await Promise.all(
      Array.from({ length: SOCKETS }, async (_, index) =>
        connect(server.wsUrl, { token: await clinic.token(index % 2 === 0 ? 'clinician' : 'front_desk') }),
      ),
    );
  });

  it(`of ${EVENTS_EACH} events for each of ${TENANTS} tenants at once reaches each socket in few writes`, async () => {
    const clinics = await Promise.all(Array.from({ length: TENANTS }, () => createClinic(database)));
    const crowd = await Promise.all(
      clinics.flatMap((each) =>
        Array.from({ length: SOCKETS_EACH }, async () =>
          connect(server.wsUrl, { token: await each.token('clinician') }),
        ),
      ),
    );
    const before = writeCalls(server.pid);
    await database.query(
      `SELECT count(wardbell.emit(id, 'task_updated', jsonb_build_object('n', n)))
       FROM unnest($1::uuid[]) AS id, generate_series(1, $2::int) AS n`,
      [clinics.map(({ id }) => id), EVENTS_EACH],
    );
    await eventually(() => crowd.every((socket) => socket.events.length === EVENTS_EACH));
    const writes = writeCalls(server.pid) - before;
    expect(writes).toBeLessThanOrEqual(crowd.length * MAX_WRITES_IN_CROWD + OWN_WRITES);
    await Promise.all(crowd.map((socket) => socket.close()));
  });

  it(`of ${EVENTS} events reaches each socket whole in at most ${MAX_WRITES_EACH} writes`, async () => {
    const before = writeCalls(server.pid);
    await database.query(
      `SELECT count(wardbell.emit($1, 'task_updated', jsonb_build_object('n', n)))
       FROM generate_series(1, $2::int) AS n`,
      [clinic.id, EVENTS],
    );
    await eventually(() => sockets.every((socket) => socket.events.length === EVENTS));
    const writes = writeCalls(server.pid) - before;
    expect(writes).toBeLessThanOrEqual(SOCKETS * MAX_WRITES_EACH + OWN_WRITES);
    for (const socket of sockets) {
      expect(socket.events.map(({ seq }) => seq)).toEqual(Array.from({ length: EVENTS }, (_, n) => n + 1));
    }
  });
});

describe('a flush', () => {
  const tenantId = '00000000-0000-4000-8000-000000000001';
  const entries = Array.from(
    { length: 10 },
    (_, index) =>
      new Entry({
        tenantId,
        seq: index + 1,
        id: '00000000-0000-4000-8000-000000000002',
        type: 'patient_updated',
        data: JSON.stringify({
          id: '00000000-0000-4000-8000-000000000003',
          tenant_id: tenantId,
          version: 1,
          notes: 'n',
        }),
        audience: null,
        timestamp: new Date(0),
        actorId: null,
      }),
  );

  /** A session whose socket keeps what it is handed. */
  const sessionOf = (role: Role, handed: Buffer[]): Session =>
    new Session(
      'connection',
      { userId: 'u', tenantId, role, sessionId: null, expiresAtMs: 0, address: null },
      {
        write: (bytes) => void handed.push(bytes),
        writeNow: (bytes) => void handed.push(bytes),
        hold: () => undefined,
        release: () => undefined,
        pendingBytes: 0,
        takenBytes: 0,
        drained: () => Promise.resolve(),
        close: () => undefined,
      },
      new Subscription(role, topicsOf(role), null),
      { unsent: () => undefined, overflowed: () => undefined, sent: () => undefined },
    );

  it('hands every socket the same bytes of its view, once, and counts by group and not by socket', () => {
    const groups = new Groups();
    const handed = new Map<Role, Buffer[]>();
    for (const role of ['clinician', 'tenant_admin', 'front_desk'] as const) {
      const bytes: Buffer[] = [];
      handed.set(role, bytes);
      for (let socket = 0; socket < 100; socket++) groups.add(sessionOf(role, bytes));
    }
    let counted = 0;
    let deliveries = 0;
    const runs = new Map<string, Buffer | undefined>();
    for (const group of groups.values()) {
      group.deliver(entries, runs, {
        delivered: (_, sockets) => {
          counted++;
          deliveries += sockets;
        },
        notified: () => undefined,
      });
    }
    for (const bytes of handed.values()) expect(bytes).toHaveLength(100);
    const views = new Set([...handed.keys()].map(viewOf));
    expect(new Set([...handed.values()].flat()).size).toBe(views.size);
    expect(deliveries).toBe(entries.length * 300);
    expect(counted).toBeLessThanOrEqual(entries.length * handed.size);
  });
});
