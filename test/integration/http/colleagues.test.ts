import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { server, useServer } from '../../support/fixture.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { everyPage, succeed } from './harness.js';

useServer();

describe('Colleagues', () => {
  let tenant: TestTenant;
  beforeAll(async () => {
    [tenant] = await Promise.all([createTenant(server), createTenant(server)]);
  });
  const list = (query: Record<string, string | number> = {}) =>
    succeed(api.colleagues.list, { token: tenant.frontDesk.token, query });

  it('are known by name to everyone of the tenant, and nobody else’s are', async () => {
    const { data } = await list();
    expect(data.map(({ id }) => id).sort()).toEqual(
      [tenant.admin.id, tenant.clinician.id, tenant.frontDesk.id].sort(),
    );
    for (const colleague of data) expect(Object.keys(colleague).sort()).toEqual(['id', 'name', 'role']);
  });

  it('come in pages, each once', async () => {
    const request = { token: tenant.frontDesk.token, query: { limit: 1 } };
    const seen = (await everyPage(api.colleagues.list, request)).map(({ id }) => id);
    expect(seen).toHaveLength(new Set(seen).size);
    expect(new Set(seen)).toEqual(new Set((await list()).data.map(({ id }) => id)));
  });

  it('are no longer there when their account was deleted', async () => {
    const leaver = await tenant.addUser('clinician');
    expect((await list()).data.map(({ id }) => id)).toContain(leaver.id);
    const { id } = leaver;
    await succeed(api.users.get, { token: tenant.admin.token, id });
    await fetch(`${server.url}/api/v1/users/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${tenant.admin.token}` },
    });
    expect((await list()).data.map((colleague) => colleague.id)).not.toContain(id);
  });
});
