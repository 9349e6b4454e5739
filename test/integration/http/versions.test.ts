import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, type Patient } from '@wardbell/contract';
import { useServer } from '../../support/fixture.js';
import { ask, type Clinic, committedEvents, createClinic, fail, registerPatient } from './harness.js';

useServer();

describe('Versions', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });

  const update = (patient: Patient, phone: string, ifMatch?: string) =>
    ask(api.patients.update, {
      token: clinic.clinician,
      id: patient.id,
      body: { phone },
      ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
    });

  it('are the ETag of single objects and of writes, and count writes from 1', async () => {
    const made = await ask(api.patients.create, {
      token: clinic.clinician,
      body: { first_name: 'A', last_name: 'B' },
    });
    expect([made.headers.get('etag'), made.body]).toEqual(['"1"', expect.objectContaining({ version: 1 })]);
    const id = String(Reflect.get(Object(made.body), 'id'));
    const changed = await ask(api.patients.update, {
      token: clinic.clinician,
      id,
      body: { phone: '1' },
    });
    expect([changed.headers.get('etag'), changed.body]).toEqual([
      '"2"',
      expect.objectContaining({ version: 2 }),
    ]);
    const read = await ask(api.patients.get, { token: clinic.clinician, id });
    expect(read.headers.get('etag')).toBe('"2"');
  });

  it.each(['"1"', 'W/"1"', '"7", "1"', '*'])('let If-Match: %s pass at version 1', async (tag) => {
    const patient = await registerPatient(clinic);
    expect((await update(patient, '1', tag)).status).toBe(200);
  });

  it.each(['"2"', '"0"', '1', 'abc', '""', '"99999999999"'])(
    'refuse If-Match: %s at version 1',
    async (tag) => {
      const patient = await registerPatient(clinic);
      expect((await update(patient, '1', tag)).status).toBe(412);
      const headers = { 'if-match': tag };
      expect(await fail(api.patients.remove, { token: clinic.clinician, id: patient.id, headers })).toEqual([
        412,
        'version_mismatch',
      ]);
    },
  );

  it('let exactly one of many writers at once win', async () => {
    const patient = await registerPatient(clinic);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => update(patient, `${n}`, '"1"')));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
  });

  it('count every one of many writers without If-Match, each with its event', async () => {
    const own = await createClinic();
    const patient = await registerPatient(own);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        ask(api.patients.update, { token: own.clinician, id: patient.id, body: { phone: `n${n}` } }),
      ),
    );
    const events = await committedEvents(own.id);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 31 }, (_, n) => n + 1));
    expect(events.map(({ data }) => data['version'])).toEqual(Array.from({ length: 31 }, (_, n) => n + 1));
    const read = await ask(api.patients.get, { token: own.clinician, id: patient.id });
    expect(read.body).toEqual(events.at(-1)?.data);
  });

  it('stay when a change changes nothing, and no event is sent', async () => {
    const own = await createClinic();
    const patient = await registerPatient(own, { phone: '1', birth_date: '1990-05-06' });
    const answer = await ask(api.patients.update, {
      token: own.clinician,
      id: patient.id,
      body: { phone: '1', birth_date: '1990-05-06', notes: null },
    });
    expect([answer.status, answer.headers.get('etag'), answer.body]).toEqual([200, '"1"', patient]);
    expect(await committedEvents(own.id)).toHaveLength(1);
  });

  it('are checked even when nothing would change', async () => {
    const patient = await registerPatient(clinic, { phone: '1' });
    expect((await update(patient, '1', '"2"')).status).toBe(412);
  });
});
