import { describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { useServer } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { createClinic, fail, registerPatient, succeed } from '../http/harness.js';

useServer();

describe('News of the audit log', () => {
  it('are the entries after the newest that one has, but not the own reads of the log', async () => {
    const clinic = await createClinic();
    await registerPatient(clinic);
    const list = () => succeed(api.audit.list, { token: clinic.admin, query: { limit: 1 } });
    const newest = (await list()).data[0]?.seq ?? 0;
    const news = async (query: Readonly<Record<string, string>> = {}) =>
      (await succeed(api.audit.news, { token: clinic.admin, query: { ...query, after: newest } })).count;
    // the read above is written a moment later
    await eventually(async () => ((await list()).data[0]?.seq ?? 0) > newest);
    expect(await news()).toBe(0);
    await registerPatient(clinic);
    expect(await news()).toBe(1);
    expect([await news({ kind: 'changes' }), await news({ kind: 'accesses' })]).toEqual([1, 0]);
  });

  it('leave no entry, and are for admins of the own clinic', async () => {
    const [clinic, other] = [await createClinic(), await createClinic()];
    const query = { after: 0 };
    await succeed(api.audit.news, { token: clinic.admin, query });
    await registerPatient(clinic);
    const { data } = await succeed(api.audit.list, { token: clinic.admin });
    expect(data.map(({ action }) => action)).toEqual(['patient.create']);
    expect(await fail(api.audit.news, { token: clinic.clinician, query })).toEqual([403, 'forbidden']);
    const theirs = { ...query, tenant_id: other.id };
    expect(await fail(api.audit.news, { token: clinic.admin, query: theirs })).toEqual([404, 'not_found']);
  });
});
