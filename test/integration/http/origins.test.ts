import { beforeAll, describe, expect, it } from '@jest/globals';
import { server, startAnother, useServer } from '../../support/fixture.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';

const APP = 'https://app.example';
const FOREIGN = ['https://evil.example', 'http://app.example', 'https://app.example:8443', 'null'];

/** Names of the CORS headers of an answer. */
const corsHeaders = ({ headers }: Response): string[] =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

useServer({
  env: { ALLOWED_ORIGINS: `${APP}, http://localhost:3000`, EVENT_RETENTION_DAY: 'canary-value' },
});

describe('Pages of other origins', () => {
  let tenant: TestTenant;
  beforeAll(async () => {
    tenant = await createTenant(server);
  });

  const ask = (path: string, init: RequestInit & { readonly headers: Record<string, string> }) =>
    fetch(`${server.url}/api/v1${path}`, init);
  const preflight = (origin: string) =>
    ask('/patients', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });

  it('in ALLOWED_ORIGINS may call the API, read versions and waits, and are never answered with *', async () => {
    const answer = await preflight(APP);
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-headers': 'authorization,content-type,idempotency-key',
      'access-control-max-age': '7200',
      vary: expect.stringContaining('Origin'),
    });
    const list = await ask('/patients', {
      headers: { origin: APP, authorization: `Bearer ${tenant.clinician.token}` },
    });
    expect(list.status).toBe(200);
    expect(list.headers.get('access-control-allow-origin')).toBe(APP);
    expect(list.headers.get('access-control-expose-headers')).toBe('ETag, Retry-After, X-Request-Id');
    expect(list.headers.get('vary')).toContain('Origin');
  });

  it('in ALLOWED_ORIGINS can read problems too, and may sign in', async () => {
    const problem = await ask('/patients', { headers: { origin: APP } });
    expect(problem.status).toBe(401);
    expect(problem.headers.get('access-control-allow-origin')).toBe(APP);
    const { email, password } = tenant.clinician;
    const signIn = await ask('/auth/login', {
      method: 'POST',
      headers: { origin: APP, 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    expect(signIn.status).toBe(200);
  });

  it.each(FOREIGN)('that are not listed, such as %s, get no CORS header, and no sign-in', async (origin) => {
    const asked = await preflight(origin);
    expect([asked.status, corsHeaders(asked)]).toEqual([expect.any(Number), []]);
    expect(asked.ok).toBe(false);
    const authorization = `Bearer ${tenant.clinician.token}`;
    const list = await ask('/patients', { headers: { origin, authorization } });
    expect(corsHeaders(list)).toEqual([]);
    const signIn = await ask('/auth/login', {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ email: tenant.clinician.email, password: tenant.clinician.password }),
    });
    expect(signIn.status).toBe(403);
  });

  it('are refused everywhere while ALLOWED_ORIGINS is unset', async () => {
    const closed = await startAnother({ ALLOWED_ORIGINS: '' });
    const answer = await fetch(`${closed.url}/api/v1/patients`, { headers: { origin: APP } });
    expect(corsHeaders(answer)).toEqual([]);
  });

  it('A misspelt variable is told at the start with the likely one, without its value', () => {
    const told = server.logs().filter(({ msg }) => msg === 'unknown variable in the environment');
    expect(told).toEqual([
      expect.objectContaining({
        level: 'warn',
        variable: 'EVENT_RETENTION_DAY',
        likely: 'EVENT_RETENTION_DAYS',
      }),
    ]);
    expect(server.output()).not.toContain('canary-value');
  });
});
