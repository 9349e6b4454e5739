import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { server, useServer } from '../../support/fixture.js';
import { TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { ask, type Clinic, createClinic, fail } from './harness.js';

useServer();

describe('A caller', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });

  it('answers 404 for an id that cannot exist, before it looks at the body', async () => {
    expect(await fail(api.patients.update, { token: clinic.clinician, id: 'abc', body: {} })).toEqual([
      404,
      'not_found',
    ]);
  });

  it('refuses a token of a tenant that does not exist', async () => {
    const token = await mintToken({ role: 'clinician', tenantId: randomUUID() });
    expect(await fail(api.patients.list, { token })).toEqual([401, 'invalid_token']);
  });

  it.each([['another algorithm', { alg: 'none' }]])('refuses %s', async (_, header) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: 'x', role: 'super_admin', exp: Math.floor(Date.now() / 1000) + 900 };
    const token = `${part({ ...header, typ: 'JWT' })}.${part(claims)}.`;
    expect(await fail(api.tenants.list, { token })).toEqual([401, 'invalid_token']);
  });

  it.each([
    ['without a tenant', { role: 'clinician' as const }],
    ['of a super admin with a tenant', { role: 'super_admin' as const, tenantId: randomUUID() }],
    [
      'signed with another secret',
      { role: 'super_admin' as const, secret: 'another secret, just as long as ours' },
    ],
  ])('refuses a token %s', async (_, options) => {
    const token = await mintToken(options);
    expect(await fail(api.auth.me, { token })).toEqual([401, 'invalid_token']);
  });

  it.each(['at+jwt', 'application/at+jwt', 'AT+JWT', 'JWT', undefined])(
    'takes a token of another service whose type is %s',
    async (type) => {
      const token = await mintToken({
        role: 'clinician',
        tenantId: clinic.id,
        ...(type === undefined ? {} : { type }),
      });
      expect((await ask(api.auth.me, { token })).status).toBe(200);
    },
  );

  it.each(['logout+jwt', 'secevent+jwt', 'wardbell-step+jwt', ''])(
    'refuses a token that says it is something else: %j',
    async (type) => {
      const token = await mintToken({ role: 'clinician', tenantId: clinic.id, type });
      expect(await fail(api.auth.me, { token })).toEqual([401, 'invalid_token']);
      const { code, reason } = await new TestSocket(server.wsUrl, { token }).closed();
      expect([code, reason]).toEqual([1008, 'Authentication failed']);
    },
  );

  it('tells an expired token from a wrong one', async () => {
    const token = await mintToken({ role: 'super_admin', expiresInS: -10 });
    expect(await fail(api.auth.me, { token })).toEqual([401, 'token_expired']);
  });
});
