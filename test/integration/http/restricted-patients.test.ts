import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Appointment, api, type Patient } from '@wardbell/contract';
import { database, instances, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import {
  ask,
  type Clinic,
  createClinic,
  epochOf,
  fail,
  registerPatient,
  replay,
  succeed,
} from './harness.js';

/** Marked so that no other text contains them. */
const MARKS = ['Zyxophilia', '7355608', 'mithridatism', '1971-03-04'];
const MARKED = {
  first_name: 'Ada',
  last_name: 'Zyxophilia',
  phone: '+49 7355608',
  notes: 'mithridatism',
  birth_date: '1971-03-04',
};
const marksIn = (value: unknown): string[] => MARKS.filter((mark) => JSON.stringify(value).includes(mark));

useServer({ instances: 2 });

interface Ward extends Clinic {
  readonly patient: Patient;
  readonly visit: Appointment;
  /** What others see of the patient. */
  readonly shell: object;
  /** A clinician who is named in `restricted_to`, and the front desk user who is. */
  readonly named: string;
  readonly namedDesk: string;
}

/** A clinic with a patient whose log has full events from before the restriction. */
async function createWard(): Promise<Ward> {
  const clinic = await createClinic();
  const mrn = `M-${randomUUID()}`;
  const before = await registerPatient(clinic, { ...MARKED, mrn });
  const visit = await succeed(api.appointments.create, {
    token: clinic.clinician,
    body: {
      patient_id: before.id,
      datetime: '2026-12-01T09:00:00Z',
      type: 'Visit',
      practitioner: 'Dr. B',
      reason: 'mithridatism',
    },
  });
  const [user, desk] = [randomUUID(), `ext|${randomUUID()}`];
  const patient = await succeed(api.patients.update, {
    token: clinic.admin,
    id: before.id,
    body: { restricted: true, restricted_to: [user.toUpperCase(), desk] },
  });
  return {
    ...clinic,
    patient,
    visit,
    shell: { id: patient.id, mrn, initials: 'AZ', restricted: true },
    named: await mintToken({ role: 'clinician', tenantId: clinic.id, sub: user }),
    namedDesk: await mintToken({ role: 'front_desk', tenantId: clinic.id, sub: desk }),
  };
}

describe('A restricted patient', () => {
  let ward: Ward;
  beforeAll(async () => {
    ward = await createWard();
  });

  it('is restricted by tenant admins only', async () => {
    const { id } = await registerPatient(ward);
    for (const token of [ward.clinician, ward.frontDesk])
      for (const body of [{ restricted: true }, { restricted_to: [] }])
        expect(await fail(api.patients.update, { token, id, body })).toEqual([403, 'field_not_allowed']);
    const body = { ...MARKED, restricted: true };
    expect(await fail(api.patients.create, { token: ward.clinician, body })).toEqual([
      403,
      'field_not_allowed',
    ]);
    const made = await succeed(api.patients.create, { token: ward.admin, body });
    expect(made).toMatchObject({ restricted: true, restricted_to: [] });
    expect(await fail(api.patients.get, { token: ward.clinician, id: made.id })).toEqual([403, 'restricted']);
    expect((await ask(api.patients.purge, { token: ward.admin, id: made.id })).status).toBe(204);
  });

  it('is whole for tenant admins and for whom it names, and has MRN and initials for others', async () => {
    const own = await createWard();
    const { id } = own.patient;
    for (const token of [own.admin, own.named]) {
      expect(await succeed(api.patients.get, { token, id })).toEqual(own.patient);
      expect((await succeed(api.patients.list, { token })).data).toEqual([own.patient]);
    }
    const { notes: _, ...desk } = own.patient;
    expect(await succeed(api.patients.get, { token: own.namedDesk, id })).toEqual(desk);
    for (const token of [own.clinician, own.frontDesk]) {
      expect((await succeed(api.patients.list, { token })).data).toEqual([own.shell]);
      expect((await succeed(api.patients.list, { token, query: { ids: id } })).data).toEqual([own.shell]);
      expect(await fail(api.patients.get, { token, id })).toEqual([403, 'restricted']);
      expect(await fail(api.patients.update, { token, id, body: { phone: '1' } })).toEqual([
        403,
        'restricted',
      ]);
      expect(await fail(api.patients.remove, { token, id })).toEqual([403, 'restricted']);
    }
  });

  it('is found by others by its exact MRN only', async () => {
    const { mrn } = ward.patient;
    const search = async (token: string, text: string) =>
      (await succeed(api.patients.list, { token, query: { search: text } })).data;
    for (const token of [ward.clinician, ward.frontDesk]) {
      expect(await search(token, mrn)).toEqual([ward.shell]);
      for (const text of ['Zyxophilia', 'zyx', '7355608', mrn.slice(0, -1), `${mrn} Zyxophilia`])
        expect(await search(token, text)).toEqual([]);
    }
    for (const token of [ward.admin, ward.named, ward.namedDesk])
      expect(await search(token, 'zyxo')).toMatchObject([{ id: ward.patient.id, last_name: 'Zyxophilia' }]);
  });

  it('can be booked by others, who see no clinical text of its appointments', async () => {
    for (const token of [ward.clinician, ward.frontDesk]) {
      const booked = await succeed(api.appointments.create, {
        token,
        body: { patient_id: ward.patient.id, datetime: '2026-12-02T09:00:00Z', type: 'Visit' },
      });
      expect(booked).toMatchObject({ patient_id: ward.patient.id, restricted: true });
      const read = await succeed(api.appointments.get, { token, id: ward.visit.id });
      expect(read).toMatchObject({ id: ward.visit.id, type: 'Visit', status: 'booked', restricted: true });
      const { data } = await succeed(api.appointments.list, { token });
      expect([marksIn(read), marksIn(data)]).toEqual([[], []]);
    }
    const whole = await succeed(api.appointments.get, { token: ward.named, id: ward.visit.id });
    expect(whole.reason).toBe('mithridatism');
    const cancel = { status: 'cancelled', reason: 'mithridatism' };
    const answer = await succeed(api.appointments.setStatus, {
      token: ward.frontDesk,
      id: ward.visit.id,
      body: cancel,
    });
    expect(marksIn(answer)).toEqual([]);
  });

  it('is a shell in frames of others, live and replayed, also in events from before the restriction', async () => {
    const own = await createWard();
    const tokens = [own.admin, own.named, own.namedDesk, own.clinician, own.frontDesk];
    const live = await Promise.all(
      tokens.map((token, n) => connect(instances[n % 2]?.wsUrl ?? '', { token })),
    );
    await ask(api.patients.update, { token: own.named, id: own.patient.id, body: { phone: '7355608 1' } });
    await ask(api.appointments.update, { token: own.admin, id: own.visit.id, body: { room: '5' } });
    const after = await registerPatient(own, { last_name: 'Open' });
    for (const socket of live) await socket.waitFor(({ data }) => data?.['id'] === after.id);
    const [admin, named, namedDesk, ...others] = live.map(({ events }) => events);
    expect(named).toEqual(admin);
    expect(admin?.[0]?.data).toMatchObject({ phone: '7355608 1', notes: 'mithridatism' });
    expect(namedDesk?.[0]?.data).toMatchObject({ phone: '7355608 1', last_name: 'Zyxophilia' });
    for (const events of others) {
      expect(marksIn(events)).toEqual([]);
      expect(events.map(({ type, data }) => [type, data?.['id']])).toEqual([
        ['patient_updated', own.patient.id],
        ['appointment_updated', own.visit.id],
        ['patient_created', after.id],
      ]);
      expect(events[0]?.data).toEqual(own.shell);
      expect(events[2]?.data).toMatchObject({ last_name: 'Open' });
    }
    for (const { wsUrl } of instances) {
      for (const token of [own.clinician, own.frontDesk]) {
        const events = await replay(wsUrl, token);
        expect(events).toHaveLength(6);
        expect(marksIn(events)).toEqual([]);
      }
      for (const token of [own.admin, own.named]) expect(marksIn(await replay(wsUrl, token))).toEqual(MARKS);
    }
    const poll = `/stream?since=0&epoch=${await epochOf()}`;
    const polled = await call(server.url, 'GET', poll, { token: own.clinician });
    expect([polled.status, marksIn(polled.body)]).toEqual([200, []]);
    expect(marksIn((await succeed(api.events.list, { token: own.admin })).data)).toEqual(MARKS);
    for (const socket of live) await socket.close();
  });

  it('is a shell for others also in the memory of instances that have sent it whole', async () => {
    const own = await createClinic();
    const live = await Promise.all(instances.map(({ wsUrl }) => connect(wsUrl, { token: own.clinician })));
    const { id } = await registerPatient(own, MARKED);
    for (const socket of live) await socket.waitFor('patient_created');
    await ask(api.patients.update, { token: own.admin, id, body: { restricted: true } });
    for (const socket of live) await socket.waitFor('patient_updated');
    for (const { wsUrl } of instances) expect(marksIn(await replay(wsUrl, own.clinician))).toEqual([]);
    await ask(api.patients.update, { token: own.admin, id, body: { restricted: false } });
    for (const { wsUrl } of instances)
      await eventually(async () => marksIn(await replay(wsUrl, own.clinician)).length === MARKS.length);
    for (const socket of live) await socket.close();
  });

  it('is not shown whole by the stored answer of who registered it before the restriction', async () => {
    const own = await createClinic();
    const request = { token: own.clinician, headers: { 'idempotency-key': randomUUID() }, body: MARKED };
    const { id } = await succeed(api.patients.create, request);
    await ask(api.patients.update, { token: own.admin, id, body: { restricted: true } });
    const again = await call(server.url, 'POST', '/patients', request);
    expect([again.status, marksIn(again.body)]).toEqual([201, []]);
  });

  it('stays restricted when it is deleted and restored', async () => {
    const own = await createWard();
    const { id } = own.patient;
    await ask(api.patients.remove, { token: own.admin, id });
    const restored = await succeed(api.patients.restore, { token: own.admin, id });
    expect(restored).toMatchObject({ restricted: true, restricted_to: own.patient.restricted_to });
    expect(await fail(api.patients.get, { token: own.clinician, id })).toEqual([403, 'restricted']);
    expect(marksIn(await replay(server.wsUrl, own.clinician))).toEqual([]);
  });
});

describe('Breaking the glass', () => {
  const reason = 'Unconscious in the emergency room';

  it('opens a restricted patient for 60 minutes to that person, tells the admins at once, and is audited', async () => {
    const own = await createWard();
    const { id } = own.patient;
    const sub = randomUUID();
    const token = await mintToken({ role: 'clinician', tenantId: own.id, sub });
    const sockets = await Promise.all(
      [own.admin, own.clinician].map((each) => connect(server.wsUrl, { token: each })),
    );
    expect(await fail(api.patients.get, { token, id })).toEqual([403, 'restricted']);
    const opened = await succeed(api.breakGlass.open, { token, id, body: { reason } });
    expect(opened).toMatchObject({ patient_id: id, user_id: sub, role: 'clinician', reason, verdict: null });
    expect(Date.parse(opened.expires_at) - Date.parse(opened.created_at)).toBeCloseTo(3_600_000, -3);
    expect(await succeed(api.patients.get, { token, id })).toEqual({
      ...own.patient,
      emergency_until: opened.expires_at,
    });
    expect((await succeed(api.patients.list, { token, query: { search: 'zyxo' } })).data).toEqual([
      own.patient,
    ]);
    expect((await succeed(api.appointments.get, { token, id: own.visit.id })).reason).toBe('mithridatism');
    expect(await fail(api.patients.get, { token: own.clinician, id })).toEqual([403, 'restricted']);

    const told = await sockets[0]?.waitFor('system_notification');
    expect([told?.data?.['level'], JSON.stringify(told).includes(reason)]).toEqual(['warning', false]);
    const { id: after } = await registerPatient(own);
    await sockets[1]?.waitFor(({ data }) => data?.['id'] === after);
    expect(sockets[1]?.events.map(({ type }) => type)).toEqual(['patient_created']);
    for (const socket of sockets) await socket.close();
    const audit = await database.query(
      `SELECT actor_id, patient_id, details FROM wardbell.audit WHERE scope = $1 AND action = 'patient.break_glass'`,
      [own.id],
    );
    expect(audit).toEqual([
      { actor_id: sub, patient_id: id, details: { event: 'DCM 110127', purpose: 'ETREAT', minutes: 60 } },
    ]);

    await database.query(`UPDATE wardbell.break_glass SET expires_at = now() WHERE id = $1`, [opened.id]);
    expect(await fail(api.patients.get, { token, id })).toEqual([403, 'restricted']);
    expect((await succeed(api.patients.list, { token, query: { search: 'zyxo' } })).data).toEqual([]);
  });

  it('wants a reason of 10 to 500 characters and a patient that is restricted', async () => {
    const own = await createWard();
    const request = { token: own.clinician, id: own.patient.id };
    for (const text of ['', 'too short', ' '.repeat(20), 'x'.repeat(501)]) {
      expect(await fail(api.breakGlass.open, { ...request, body: { reason: text } })).toEqual([
        422,
        'validation_failed',
      ]);
    }
    const open = await registerPatient(own);
    const body = { reason };
    expect(await fail(api.breakGlass.open, { ...request, id: open.id, body })).toEqual([
      409,
      'not_restricted',
    ]);
    expect(await fail(api.breakGlass.open, { ...request, id: randomUUID(), body })).toEqual([
      404,
      'not_found',
    ]);
    const other = await createClinic();
    expect(await fail(api.breakGlass.open, { token: other.clinician, id: own.patient.id, body })).toEqual([
      404,
      'not_found',
    ]);
  });

  it('is listed for review, newest first, and judged by tenant admins of the clinic', async () => {
    const own = await createWard();
    const other = await createClinic();
    const made: string[] = [];
    for (const token of [own.clinician, own.frontDesk, own.clinician])
      made.unshift((await succeed(api.breakGlass.open, { token, id: own.patient.id, body: { reason } })).id);
    const first = await succeed(api.breakGlass.list, { token: own.admin, query: { limit: 2 } });
    const rest = await succeed(api.breakGlass.list, { token: own.admin, query: { after: first.next ?? '' } });
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(made);
    expect((await succeed(api.breakGlass.list, { token: other.admin })).data).toEqual([]);
    const id = made[0] ?? '';
    const body = { verdict: 'unjustified', note: 'No emergency' };
    for (const token of [own.clinician, own.frontDesk]) {
      expect(await fail(api.breakGlass.list, { token })).toEqual([403, 'forbidden']);
      expect(await fail(api.breakGlass.review, { token, id, body })).toEqual([403, 'forbidden']);
    }
    expect(await fail(api.breakGlass.review, { token: other.admin, id, body })).toEqual([404, 'not_found']);
    expect(await fail(api.breakGlass.review, { token: own.admin, id, body: { verdict: 'maybe' } })).toEqual([
      422,
      'validation_failed',
    ]);
    const reviewed = await succeed(api.breakGlass.review, { token: own.admin, id, body });
    expect(reviewed).toMatchObject({
      ...body,
      reviewed_by: expect.any(String),
      reviewed_at: expect.any(String),
    });
    const { data } = await succeed(api.breakGlass.list, { token: own.admin });
    expect(data[0]).toEqual(reviewed);
  });

  it('is refused after 100 in an hour, and loses its texts in a purge', async () => {
    const own = await createWard();
    const sub = randomUUID();
    const token = await mintToken({ role: 'clinician', tenantId: own.id, sub });
    await database.query(
      `INSERT INTO wardbell.break_glass (tenant_id, patient_id, user_id, role, reason, note, expires_at)
       SELECT $1, $2, $3, 'clinician', 'Zyxophilia came in', 'mithridatism', now() FROM generate_series(1, 100)`,
      [own.id, own.patient.id, sub],
    );
    const request = { token, id: own.patient.id, body: { reason } };
    expect(await fail(api.breakGlass.open, request)).toEqual([429, 'too_many_attempts']);
    await ask(api.patients.purge, { token: own.admin, id: own.patient.id });
    const { data } = await succeed(api.breakGlass.list, { token: own.admin, query: { limit: 200 } });
    expect([data.length, marksIn(data)]).toEqual([100, []]);
  });
});
