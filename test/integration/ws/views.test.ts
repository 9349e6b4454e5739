import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../../support/fixture.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, emit, superToken, tokenOf } from './clinic.js';
import { settled } from './handshake.js';
import { CLINICAL, HAPPENING_TYPES, type Happenings, happen, PERSONAL } from './happenings.js';

const PATIENT_FIELDS = [
  'id',
  'tenant_id',
  'mrn',
  'first_name',
  'last_name',
  'birth_date',
  'gender',
  'phone',
  'email',
  'version',
  'created_at',
  'updated_at',
];
const APPOINTMENT_FIELDS = [
  'id',
  'tenant_id',
  'patient_id',
  'datetime',
  'duration_minutes',
  'type',
  'status',
  'practitioner',
  'practitioner_id',
  'room',
  'room_id',
  'type_id',
  'board_number',
  'cancellation_reason',
  'version',
  'created_at',
  'updated_at',
];

useServer();

describe('What is seen', () => {
  let clinic: Clinic;
  let neighbour: Clinic;
  let made: Happenings;
  const sockets = new Map<string, TestSocket>();

  beforeAll(async () => {
    clinic = await createClinic(database);
    neighbour = await createClinic(database);
    for (const role of ['super_admin', 'tenant_admin', 'clinician', 'front_desk'] as const) {
      sockets.set(role, await connect(server.wsUrl, { token: await tokenOf(clinic, role) }));
      if (role === 'super_admin') continue;
      sockets.set(`neighbour ${role}`, await connect(server.wsUrl, { token: await neighbour.token(role) }));
    }
    made = await happen(server, database, clinic);
    await eventually(() => at('clinician').events.length === HAPPENING_TYPES.length, { what: 'all events' });
    for (const socket of sockets.values()) await settled(socket);
  });

  const at = (who: string): TestSocket => {
    const socket = sockets.get(who);
    if (socket === undefined) throw new Error(`no socket for ${who}`);
    return socket;
  };
  const dataAt = (who: string, type: string) =>
    at(who).events.find((event) => event.type === type)?.data ?? {};

  describe('by another tenant', () => {
    it.each(['tenant_admin', 'clinician', 'front_desk'])('is nothing at all (%s)', (role) => {
      const types = at(`neighbour ${role}`).frames.map(({ type }) => type);
      expect(types.filter((type) => type !== 'position' && type !== 'user_status')).toEqual(['connected']);
      expect(at(`neighbour ${role}`).texts.join()).not.toContain(clinic.id);
    });

    it('is nothing when both write at once, on the same socket server', async () => {
      const [ours, theirs] = [await createClinic(database), await createClinic(database)];
      const both = await Promise.all(
        [ours, theirs].map(async ({ token }) => connect(server.wsUrl, { token: await token('clinician') })),
      );
      const writes = Array.from({ length: 40 }, (_, i) =>
        emit(database, i % 2 === 0 ? ours : theirs, 'task_updated', { i }),
      );
      await Promise.all(writes);
      for (const [index, socket] of both.entries()) {
        await eventually(() => socket.events.length >= 20, { what: 'the events of one tenant' });
        await settled(socket);
        const own = index === 0 ? ours : theirs;
        expect(socket.events).toHaveLength(20);
        expect(new Set(socket.events.map((event) => event['tenant_id']))).toEqual(new Set([own.id]));
        expect(socket.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
        await socket.close();
      }
    });
  });

  describe.each(['clinician', 'tenant_admin'])('by a %s', (role) => {
    it('is the whole patient', () => {
      expect(Object.keys(dataAt(role, 'patient_created')).sort()).toEqual(
        [...PATIENT_FIELDS, 'notes'].sort(),
      );
      expect(dataAt(role, 'patient_created')).toEqual(made.created);
      expect(dataAt(role, 'patient_updated')).toEqual(made.updated);
      expect(dataAt(role, 'patient_deleted')).toEqual({ patient_id: made.created.id });
    });

    it('is the whole appointment', () => {
      expect(Object.keys(dataAt(role, 'appointment_created')).sort()).toEqual(
        [...APPOINTMENT_FIELDS, 'reason'].sort(),
      );
      expect(dataAt(role, 'appointment_created')).toEqual(made.booked);
      expect(dataAt(role, 'appointment_updated')).toEqual(made.moved);
      expect(dataAt(role, 'appointment_cancelled')).toEqual(made.cancelled);
      expect(dataAt(role, 'appointment_deleted')).toEqual({ appointment_id: made.booked.id });
    });

    it('is the notification and the application event as they were published', () => {
      expect(dataAt(role, 'system_notification')).toEqual({
        id: expect.any(String),
        message: PERSONAL.message,
        level: 'warning',
        requires_ack: false,
        step: 0,
      });
      expect(dataAt(role, 'task_updated')).toEqual({ task_id: 7, title: PERSONAL.task });
    });
  });

  describe('by front desk', () => {
    it('is the patient without notes', () => {
      const { notes: _, ...created } = made.created;
      expect(dataAt('front_desk', 'patient_created')).toEqual(created);
      expect(Object.keys(dataAt('front_desk', 'patient_created')).sort()).toEqual([...PATIENT_FIELDS].sort());
      const { notes: __, ...updated } = made.updated;
      expect(dataAt('front_desk', 'patient_updated')).toEqual(updated);
    });

    it('is the appointment without its reason, with the reason of its cancellation', () => {
      const { reason: _, ...cancelled } = made.cancelled;
      expect(dataAt('front_desk', 'appointment_cancelled')).toEqual(cancelled);
      expect(Object.keys(cancelled).sort()).toEqual(
        [...APPOINTMENT_FIELDS, 'previous_status', 'undo_until'].sort(),
      );
      expect(cancelled.cancellation_reason).toBe('patient is on holiday');
    });

    it('is no clinical text in any frame', () => {
      const texts = at('front_desk').texts.join();
      expect(texts).toContain(PERSONAL.first_name);
      for (const text of Object.values(CLINICAL)) expect(texts).not.toContain(text);
    });
  });

  describe('by a super admin', () => {
    const ids = (object: { id: string; version: number }) => ({
      id: object.id,
      tenant_id: clinic.id,
      version: object.version,
    });

    it('is of every event of every tenant its ids, its tenant and its version, field by field', () => {
      expect(dataAt('super_admin', 'patient_created')).toEqual(ids(made.created));
      expect(dataAt('super_admin', 'patient_updated')).toEqual(ids(made.updated));
      expect(dataAt('super_admin', 'appointment_created')).toEqual(ids(made.booked));
      expect(dataAt('super_admin', 'appointment_updated')).toEqual(ids(made.moved));
      expect(dataAt('super_admin', 'appointment_cancelled')).toEqual(ids(made.cancelled));
      expect(dataAt('super_admin', 'patient_deleted')).toEqual({
        patient_id: made.created.id,
        tenant_id: clinic.id,
        version: expect.any(Number),
      });
      expect(dataAt('super_admin', 'appointment_deleted')).toEqual({
        appointment_id: made.booked.id,
        tenant_id: clinic.id,
        version: expect.any(Number),
      });
      expect(dataAt('super_admin', 'system_notification')).toEqual({ level: 'warning' });
      expect(dataAt('super_admin', 'task_updated')).toEqual({});
    });

    it('is in each event the number, the type and the time that the tenant sees, too', () => {
      const envelope = ({ data: _, actor_id: __, ...rest }: TestSocket['frames'][number]) => rest;
      const ofClinic = at('super_admin').events.filter((event) => event['tenant_id'] === clinic.id);
      expect(ofClinic.map(envelope)).toEqual(at('clinician').events.map(envelope));
    });

    it('is no name, phone, note, reason, message or payload in any frame', () => {
      const texts = at('super_admin').texts.join();
      expect(texts).toContain(clinic.id);
      for (const text of [...Object.values(CLINICAL), ...Object.values(PERSONAL)]) {
        expect(texts).not.toContain(text);
      }
      for (const text of ['1980-01-02', 'check-up', 'holiday', made.created.mrn, '2026-12-01T']) {
        expect(texts).not.toContain(text);
      }
    });

    it("is every tenant's events, each tenant's in its own order", async () => {
      const clinics = await Promise.all([1, 2, 3].map(() => createClinic(database)));
      const socket = await connect(server.wsUrl, { token: await superToken() });
      for (let i = 0; i < 5; i++) {
        await Promise.all(clinics.map((each) => emit(database, each, 'task_updated')));
      }
      await eventually(() => socket.events.length >= 15, { what: 'the events of three tenants' });
      for (const { id } of clinics) {
        const numbers = socket.events.filter((event) => event['tenant_id'] === id).map(({ seq }) => seq);
        expect(numbers).toEqual([1, 2, 3, 4, 5]);
      }
      await socket.close();
    });

    it('is every event of a tenant that was created after it connected', async () => {
      const socket = await connect(server.wsUrl, { token: await superToken() });
      const young = await createClinic(database);
      await emit(database, young, 'task_updated');
      await emit(database, young, 'task_updated');
      await eventually(() => socket.events.filter((event) => event['tenant_id'] === young.id).length === 2, {
        what: 'the first events of a new tenant',
      });
      await socket.close();
    });
  });

  describe('of events for chosen people', () => {
    let open: Map<string, TestSocket>;
    let clinicWithUsers: Clinic;
    const [ann, bob] = [randomUUID(), 'bob@example.org'];

    beforeAll(async () => {
      clinicWithUsers = await createClinic(database);
      const { token } = clinicWithUsers;
      open = new Map(
        await Promise.all(
          Object.entries({
            'ann, desk': await token('clinician', { sub: ann }),
            'ann, tablet': await token('clinician', { sub: ann }),
            'bob at the front desk': await token('front_desk', { sub: bob }),
            'somebody else': await token('clinician'),
            admin: await token('tenant_admin'),
            super: await superToken(),
            'ann of another tenant': await neighbour.token('clinician', { sub: ann }),
          }).map(async ([who, jwt]) => [who, await connect(server.wsUrl, { token: jwt })] as const),
        ),
      );
    });

    /** Publishes for this audience; answers who got it. */
    const receivers = async (audience: object | null): Promise<string[]> => {
      const id = await emit(database, clinicWithUsers, 'task_updated', { for: 'chosen' }, audience);
      // for everybody: when it has come, what was before it has come, too
      const marker = await emit(database, clinicWithUsers, 'marker');
      const got: string[] = [];
      for (const [who, socket] of open) {
        if (who !== 'ann of another tenant') await socket.waitFor((frame) => frame['id'] === marker);
        await settled(socket);
        if (socket.events.some((event) => event['id'] === id)) got.push(who);
      }
      return got;
    };

    it('is every connection of these users, and nobody else', async () => {
      expect(await receivers({ user_ids: [ann] })).toEqual(['ann, desk', 'ann, tablet']);
      expect(await receivers({ user_ids: [bob] })).toEqual(['bob at the front desk']);
      expect(await receivers({ user_ids: [bob, ann, 'nobody'] })).toEqual([
        'ann, desk',
        'ann, tablet',
        'bob at the front desk',
      ]);
      expect(await receivers({ user_ids: ['nobody'] })).toEqual([]);
    });

    it('is everybody of these roles, and nobody else', async () => {
      expect(await receivers({ roles: ['clinician'] })).toEqual([
        'ann, desk',
        'ann, tablet',
        'somebody else',
      ]);
      expect(await receivers({ roles: ['front_desk', 'tenant_admin'] })).toEqual([
        'bob at the front desk',
        'admin',
      ]);
      expect(await receivers({ roles: ['super_admin'] })).toEqual([]);
    });

    it('is all of the tenant, and super admins, without an audience', async () => {
      expect(await receivers(null)).toEqual(
        [...open.keys()].filter((who) => !who.includes('another tenant')),
      );
    });

    it('is the same after a resume as it was live', async () => {
      const token = await clinicWithUsers.token('clinician', { sub: ann });
      const { epoch } = at('clinician').frames[0]?.data ?? {};
      const again = await connect(server.wsUrl, { token, query: { since: '0', epoch: String(epoch) } });
      const resumed = await again.waitFor('resumed');
      const live = open.get('ann, desk')?.events;
      expect(again.events).toEqual(live);
      expect(resumed.data).toMatchObject({ from: 0, count: live?.length });
      await again.close();
    });
  });
});
