import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { server, startAnother, useServer } from '../../support/fixture.js';
import { freePort } from '../../support/free-port.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { ask, type Clinic, createClinic, fail } from './harness.js';

const ISSUER = 'https://idp.example';
const AUDIENCE = 'wardbell';

/** An identity provider as far as its keys go. */
class Provider {
  readonly #keys = new Map<string, { key: CryptoKey; jwk: JWK; alg: string }>();
  #server: Server | undefined;
  requests = 0;

  async addKey(kid: string, alg: string): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    this.#keys.set(kid, { key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg }, alg });
  }

  /** @param port where it was before */
  async start(port?: number): Promise<string> {
    const listenOn = port ?? (await freePort());
    this.#server = createServer((_, response) => {
      this.requests++;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [...this.#keys.values()].map(({ jwk }) => jwk) }));
    });
    await new Promise<void>((resolve) => this.#server?.listen(listenOn, '127.0.0.1', resolve));
    return `http://127.0.0.1:${listenOn}/keys`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
  }

  sign(kid: string, claims: Record<string, unknown>, published = kid): Promise<string> {
    const held = this.#keys.get(kid);
    if (!held) throw new Error('no such key');
    return new SignJWT({ iss: ISSUER, aud: AUDIENCE, ...claims })
      .setProtectedHeader({ alg: held.alg, kid: published })
      .setIssuedAt()
      .setExpirationTime(Number(claims['exp'] ?? Math.floor(Date.now() / 1000) + 900))
      .sign(held.key);
  }
}

describe('Tokens of an identity provider', () => {
  const provider = new Provider();
  let url: string;
  let clinic: Clinic;

  const startProvider = async () => {
    await provider.addKey('rsa', 'RS256');
    await provider.addKey('ec', 'ES256');
    await provider.addKey('ed', 'EdDSA');
    await provider.addKey('ps', 'PS256');
    url = await provider.start();
    return { JWT_JWKS_URL: url, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
  };
  useServer({ env: startProvider });
  afterAll(() => provider.stop());
  beforeAll(async () => {
    clinic = await createClinic();
  });

  const claims = (more: Record<string, unknown> = {}) => ({
    sub: 'idp|somebody',
    tenant_id: clinic.id,
    role: 'clinician',
    ...more,
  });
  const me = (token: string) => ask(api.auth.me, { token });

  it.each(['rsa', 'ec', 'ed'])('signed with a key of kind %s are good', async (kid) => {
    const answer = await me(await provider.sign(kid, claims()));
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ id: 'idp|somebody' })]);
  });

  it('may carry a session id of the provider’s own', async () => {
    expect((await me(await provider.sign('rsa', claims({ sid: 'not one of ours' })))).status).toBe(200);
  });

  it('stand beside tokens of ours', async () => {
    expect((await me(await mintToken({ role: 'clinician', tenantId: clinic.id }))).status).toBe(200);
  });

  it.each([
    ['another issuer', { iss: 'https://other.example' }],
    ['another audience', { aud: 'somebody else' }],
    ['the hash of an access token, as ID tokens have it', { at_hash: '77QmUPtjPfzWtF2AnpK9RQ' }],
    ['no role', { role: undefined }],
    ['the id of a person who signs in here', { sub: 'oidc:hospital:x' }],
    ['a role that we do not know', { role: 'janitor' }],
    ['no tenant', { tenant_id: undefined }],
    ['the role of a super admin', { role: 'super_admin', tenant_id: undefined }],
    // counted from the start of this file, which may be long ago
    ['a life of more than 24 hours', { exp: Math.floor(Date.now() / 1000) + 30 * 3600 }],
    ['a time before which it is not good', { nbf: Math.floor(Date.now() / 1000) + 600 }],
  ])('with %s are not', async (_, wrong) => {
    const token = await provider.sign('rsa', claims(wrong));
    expect(await fail(api.auth.me, { token })).toEqual([401, 'invalid_token']);
  });

  it('have their role and tenant in the claims that the configuration names, and may be super admins if it allows that', async () => {
    const other = await startAnother({
      JWT_ROLE_CLAIM: 'realm_access.role',
      JWT_TENANT_CLAIM: 'clinic',
      JWT_ALLOW_SUPER_ADMIN: 'true',
    });
    const meAt = async (more: Record<string, unknown>) => {
      const token = await provider.sign('rsa', { sub: 'idp|somebody', ...more });
      const { status, body } = await ask(api.auth.me, { at: other, token });
      return [status, Object(body).role];
    };
    const clinician = { realm_access: { role: 'clinician' }, clinic: clinic.id };
    expect(await meAt(clinician)).toEqual([200, 'clinician']);
    expect(await meAt({ ...clinician, role: 'tenant_admin' })).toEqual([200, 'clinician']);
    expect(await meAt({ role: 'clinician', tenant_id: clinic.id })).toEqual([401, undefined]);
    expect(await meAt({ realm_access: { role: 'super_admin' } })).toEqual([200, 'super_admin']);
  });

  it('that are refused are logged with the claim that was wrong, never its value, once in 30 s', async () => {
    const wrong = { aud: 'zyxcanary' };
    const lines = () =>
      server.logs().filter(({ msg, ['claim']: claim }) => msg === 'token refused' && claim === 'aud').length;
    // one may have been logged for a test before this one
    const before = lines();
    for (let n = 0; n < 3; n++) await me(await provider.sign('rsa', claims(wrong)));
    await eventually(() => lines() > 0);
    expect(lines() - before).toBeLessThanOrEqual(1);
    expect(server.output()).not.toContain('zyxcanary');
  });

  it('that have expired say so', async () => {
    const token = await provider.sign('rsa', claims({ exp: Math.floor(Date.now() / 1000) - 1 }));
    expect(await fail(api.auth.me, { token })).toEqual([401, 'token_expired']);
  });

  it('by an algorithm that we do not take, or under another key’s name, are not good', async () => {
    for (const token of [
      await provider.sign('ps', claims()),
      await provider.sign('ec', claims(), 'rsa'),
      await provider.sign('rsa', claims(), 'unheard-of'),
    ]) {
      expect(await fail(api.auth.me, { token })).toEqual([401, 'invalid_token']);
    }
  });

  it('cannot be forged with the public key as a shared secret', async () => {
    const response = await fetch(url);
    const secret = await response.text();
    const token = await mintToken({ role: 'clinician', tenantId: clinic.id, secret });
    expect(await fail(api.auth.me, { token })).toEqual([401, 'invalid_token']);
  });

  it('go on while the provider is away, because its keys are known', async () => {
    const token = await provider.sign('rsa', claims());
    await provider.stop();
    expect((await me(token)).status).toBe(200);
    url = await provider.start(Number(new URL(url).port));
  });

  it('are unavailable, not wrong, to a server that never saw the keys; ours go on', async () => {
    const token = await provider.sign('rsa', claims());
    await provider.stop();
    const fresh = await startAnother({ JWT_JWKS_URL: url });
    expect(await fail(api.auth.me, { at: fresh, token })).toEqual([503, 'identity_provider_unavailable']);
    const health = await (await fetch(`${fresh.url}/health`)).json();
    expect(health).toMatchObject({
      status: 'degraded',
      checks: { identity_provider: { status: 'degraded' }, database: { status: 'ok' } },
    });
    const ours = await mintToken({ role: 'clinician', tenantId: clinic.id });
    expect((await ask(api.auth.me, { at: fresh, token: ours })).status).toBe(200);
    await provider.start(Number(new URL(url).port));
    expect((await ask(api.auth.me, { at: fresh, token })).status).toBe(200);
  });

  it('cost one fetch of the keys, not one each', async () => {
    const before = provider.requests;
    for (let n = 0; n < 20; n++) await me(await provider.sign('ec', claims({ sub: `u${n}` })));
    expect(provider.requests - before).toBeLessThanOrEqual(1);
  });
});
