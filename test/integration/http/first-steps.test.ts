import { expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { server, useServer } from '../../support/fixture.js';
import { createTenant } from '../../support/tenant.js';
import { createClinic, fail, registerPatient, succeed } from './harness.js';

useServer();

it('The first steps of a clinic are what it has itself, for its administrators', async () => {
  const clinic = await createClinic();
  const other = await createTenant(server);
  await registerPatient({ ...clinic, id: other.id, clinician: other.clinician.token });
  const read = () => succeed(api.firstSteps.get, { token: clinic.admin });
  expect(await read()).toEqual({ people: false, practitioners: false, rooms: false, patients: false });
  await registerPatient(clinic);
  await succeed(api.practitioners.create, { token: clinic.admin, body: { name: 'Dr. Abel' } });
  expect(await read()).toEqual({ people: false, practitioners: true, rooms: false, patients: true });
  await succeed(api.rooms.create, { token: clinic.admin, body: { name: 'Room 1', active: false } });
  expect((await read()).rooms).toBe(false);
  await succeed(api.users.create, {
    token: clinic.admin,
    body: { email: `first-${clinic.id}@x.test`, name: 'A', role: 'clinician', invitation: true },
  });
  expect((await read()).people).toBe(true);
  expect(await fail(api.firstSteps.get, { token: clinic.clinician })).toEqual([403, 'forbidden']);
});
