import { createRest } from '@wardbell/client/rest';
import { server, useServer } from '../../support/fixture.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';

useServer();

describe('the REST client', () => {
  let tenant: TestTenant;
  beforeAll(async () => {
    tenant = await createTenant(server);
  });
  const client = () => createRest({ url: server.url, getToken: () => tenant.clinician.token });
  const body = { first_name: 'Ann', last_name: 'Lee' };

  it('reads and writes with versions, and throws the problem of a stale one', async () => {
    const rest = client();
    const created = await rest('POST /patients', { body });
    expect(created).toMatchObject({ status: 201, etag: '"1"', data: { last_name: 'Lee' } });
    const { id } = created.data;
    const changed = await rest('PATCH /patients/:id', { id, body: { phone: '555' }, ifMatch: created.etag });
    expect(changed.data.version).toBe(2);
    const stale = rest('PATCH /patients/:id', { id, body: { phone: '556' }, ifMatch: created.etag });
    await expect(stale).rejects.toMatchObject({ name: 'RestProblem', status: 412 });
    const list = await rest('GET /patients', { query: { search: 'Lee', limit: 5 } });
    expect(list.data.data.map((row) => row.id)).toContain(id);
    expect((await rest('DELETE /patients/:id', { id })).data).toBeUndefined();
  });

  it('writes once with the same idempotency key', async () => {
    const rest = client();
    const request = { body, idempotencyKey: 'one-and-the-same-key' };
    const [first, second] = [await rest('POST /patients', request), await rest('POST /patients', request)];
    expect(second.data.id).toBe(first.data.id);
  });

  it('marks a request that no person asked for, and no other', async () => {
    const marks: (string | null)[] = [];
    const rest = createRest({
      url: server.url,
      getToken: () => tenant.clinician.token,
      fetch: (address, init) => {
        marks.push(new Headers(init?.headers).get('wardbell-background'));
        return fetch(address, init);
      },
    });
    await rest('GET /auth/me', { background: true });
    await rest('GET /auth/me');
    expect(marks).toEqual(['1', null]);
  });

  it('asks once more for a token that was refused', async () => {
    const asked: string[] = [];
    const rest = createRest({
      url: server.url,
      getToken: ({ reason }) => {
        asked.push(reason);
        return reason === 'rejected' ? tenant.clinician.token : 'not.a.token';
      },
    });
    expect((await rest('GET /auth/me')).status).toBe(200);
    expect(asked).toEqual(['connect', 'rejected']);
  });
});
