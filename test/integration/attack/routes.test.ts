import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Endpoint,
  endpoints,
  FORBIDDEN_WRITES,
  IntegrationKeyCreated,
  Role,
  Scope,
} from '@wardbell/contract';
import { z } from 'zod';
import { server, useServer } from '../../support/fixture.js';
import type { Answer } from '../../support/http.js';
import { fieldsOf, sample } from '../../support/sample.js';
import { signInSuperAdmin } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { bodyOf } from './support/bodies.js';
import { type AttackClinic, callersOf, createAttackClinic, MARK, SERVER_ENV } from './support/clinics.js';
import { OBJECTS } from './support/objects.js';
import { eachOf, insist, nameOf, request, subjectOf } from './support/request.js';
import { rowsOf, settledRowsOf } from './support/rows.js';

useServer({ env: SERVER_ENV });

const guarded = endpoints.filter((endpoint) => endpoint.access !== 'public');
/** Providers (`:slug`) are of the whole installation, for everybody: `http/oidc`. */
const named = endpoints.filter(
  (endpoint) => subjectOf(endpoint) !== undefined && !endpoint.path.includes(':slug'),
);
/** Readers first: what a caller writes under a foreign name is then not yet its own. */
const ORDER = ['GET', 'DELETE', 'PATCH', 'POST', 'PUT'];

const codeOf = ({ body }: Answer): unknown => Object(body).code;
const isAllowed = ({ access }: Endpoint, caller: Role | Scope): boolean =>
  access === 'public' || access.includes(caller);

const inTurn = <Item>(items: readonly Item[], index: number): Item => {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('there is nobody');
  return item;
};

/** An id that nothing has, of the form of this one. */
const unknownLike = (id: string): string => (/^[0-9a-f-]{36}$/.test(id) ? randomUUID() : `n${randomUUID()}`);

let clinic: AttackClinic;
let victim: AttackClinic;
let root: string;
beforeAll(async () => {
  [clinic, victim, root] = await Promise.all([
    createAttackClinic(),
    createAttackClinic(),
    signInSuperAdmin(server),
  ]);
});

describe('The suite', () => {
  it('knows how to make an object of every path with a parameter', () => {
    const unknown = [...new Set(named.map(subjectOf))].filter((subject) => !(String(subject) in OBJECTS));
    // add a line for each to OBJECTS in test/integration/attack/support/objects.ts
    expect(unknown).toEqual([]);
  });

  it('knows a body that the schema of every route accepts', () => {
    for (const endpoint of endpoints) expect(() => bodyOf(endpoint)).not.toThrow();
  });

  it('makes objects that their owner reaches by every route', async () => {
    const missed: string[] = [];
    await eachOf(named, async (endpoint) => {
      // of the clinic itself, which the other tests need, only what does not change it
      if (subjectOf(endpoint) === '/tenants/:id' && endpoint.method !== 'GET') return;
      const made = await OBJECTS[subjectOf(endpoint) ?? '']?.(victim);
      const token = isAllowed(endpoint, 'tenant_admin') ? made?.owner : root;
      if (endpoint.path === '/patients/:id/restore')
        await insist(z.unknown(), 'DELETE', `/patients/${made?.id}`, { token });
      const { status, body } = await request(endpoint, { token, id: made?.id, body: bodyOf(endpoint) });
      if (status === 404 || status === 403 || status >= 500)
        missed.push(`${nameOf(endpoint)}: ${status} ${JSON.stringify(body)}`);
    });
    expect(missed).toEqual([]);
  });
});

describe('Every route', () => {
  it('asks for a token', async () => {
    await eachOf(guarded, async (endpoint) => {
      const asked = { id: randomUUID(), body: wrongBodyOf(endpoint) };
      const name = nameOf(endpoint);
      const answer = await request(endpoint, asked);
      expect([name, answer.status, answer.headers.get('www-authenticate')]).toEqual([
        name,
        401,
        'Bearer realm="wardbell"',
      ]);
      const wrong = await request(endpoint, { ...asked, token: 'x.y.z' });
      expect([name, wrong.status, codeOf(wrong)]).toEqual([name, 401, 'invalid_token']);
    });
  });

  it.each(Role.options)('is answered by the table of roles: %s', async (role) => {
    // of single sign-on: a session of ours would end with one of the routes
    const token = await mintToken({ role, ...(role === 'super_admin' ? {} : { tenantId: clinic.id }) });
    await eachOf(guarded, async (endpoint) => {
      const answer = await request(endpoint, { token, id: randomUUID(), body: wrongBodyOf(endpoint) });
      expectByTable(endpoint, role, answer);
    });
  });

  it.each(Scope.options)('is answered by the table of scopes: %s', async (scope) => {
    const { key } = await insist(IntegrationKeyCreated, 'POST', '/integration-keys', {
      token: clinic.admin.token,
      body: { name: scope, scopes: [scope], ...(scope === 'stream:read' ? { role: 'clinician' } : {}) },
    });
    await eachOf(guarded, async (endpoint) => {
      const answer = await request(endpoint, { token: key, id: randomUUID(), body: wrongBodyOf(endpoint) });
      expectByTable(endpoint, scope, answer);
    });
  });

  const expectByTable = (endpoint: Endpoint, caller: Role | Scope, answer: Answer): void => {
    const got = [nameOf(endpoint), caller, answer.status, codeOf(answer)];
    // a handler that authenticates by itself may have a code of its own
    const refusals = ['forbidden', ...(endpoint.ownCredential ? (endpoint.problems ?? []) : [])];
    if (isAllowed(endpoint, caller)) {
      // as far as the wrong body or the unknown id
      expect(got).not.toEqual([...got.slice(0, 3), 'forbidden']);
      expect([200, 201, 202, 204, 400, 403, 404, 406, 409, 415, 422]).toContain(answer.status);
    } else {
      expect([...got.slice(0, 3), refusals.includes(String(got[3]))]).toEqual([
        ...got.slice(0, 2),
        403,
        true,
      ]);
    }
  };
});

describe('The objects of another clinic', () => {
  let before: Awaited<ReturnType<typeof rowsOf>>;
  beforeAll(async () => {
    before = await settledRowsOf(victim.id);
  });

  it('are in no list, whatever the query names', async () => {
    const leaks: unknown[] = [];
    const foreign = [victim.id, victim.clinician.id, victim.clinician.email, MARK, ...victim.ids.values()];
    const lists = endpoints.filter(
      ({ method, path, access }) => method === 'GET' && !path.includes(':') && access !== 'public',
    );
    const callers = callersOf(clinic);
    // each caller asks every list; with each of the values one of them does, in turn
    const asked = lists.flatMap((endpoint) => [
      ...callers.map(([caller, token]) => ({ endpoint, caller, token, query: '' })),
      ...queriesOf(endpoint, foreign).map((query, index) => {
        const [caller, token] = inTurn(callers, index);
        return { endpoint, caller, token, query };
      }),
    ]);
    expect(asked.length).toBeGreaterThan(300);
    await eachOf(asked, async ({ endpoint, caller, token, query }) => {
      const { status, body } = await request(endpoint, { token, query });
      const text = JSON.stringify(body);
      // an audit log has what its own people asked for
      const found = foreign.filter(
        (word) => word !== MARK && text.includes(word) && !decodeURIComponent(query).includes(word),
      );
      if (found.length > 0 || status >= 500)
        leaks.push({ route: nameOf(endpoint), caller, query, status, found });
    });
    expect(leaks).toEqual([]);
  });

  it('are answered like objects that do not exist, to every role and key, by every route', async () => {
    const differing: unknown[] = [];
    const attacks = named.flatMap((endpoint) =>
      callersOf(clinic).map(([caller, token]) => ({ endpoint, caller, token })),
    );
    for (const method of ORDER) {
      await eachOf(
        attacks.filter(({ endpoint }) => endpoint.method === method),
        async ({ endpoint, caller, token }) => {
          const foreign = victim.ids.get(subjectOf(endpoint) ?? '') ?? '';
          for (const body of bodiesOf(endpoint)) {
            const [answer, unknown] = await Promise.all(
              [foreign, unknownLike(foreign)].map(async (id) => {
                const { status, body: text } = await request(endpoint, { token, id, body });
                return { status, body: JSON.stringify(text).replaceAll(id, '<id>') };
              }),
            );
            const isSame =
              answer?.status === unknown?.status &&
              (answer?.body === unknown?.body || Number(answer?.status) < 300);
            if (!isSame || wordsIn(answer?.body ?? '', foreign).length > 0)
              differing.push({ route: nameOf(endpoint), caller, answer, unknown });
          }
        },
      );
    }
    expect(differing).toEqual([]);
  });

  it('cannot be named in the body of any route', async () => {
    const leaks: unknown[] = [];
    const callers = callersOf(clinic);
    const isNamed = (field: string): boolean => /(_|^)ids?$|_to$/.test(field);
    const naming = endpoints.filter(
      ({ body, path }) => body !== undefined && !path.startsWith('/auth/') && fieldsOf(body).some(isNamed),
    );
    let count = 0;
    await eachOf(naming, async (endpoint) => {
      const id = clinic.ids.get(subjectOf(endpoint) ?? '') ?? '';
      for (const foreign of [victim.id, victim.clinician.id, ...victim.ids.values()]) {
        const choose = (field: string) => (isNamed(field) ? foreign : undefined);
        const body = sample(endpoint.body ?? z.unknown(), { choose });
        if (body === undefined) continue; // of another form than this id
        for (const [caller, token] of callers) {
          count += 1;
          const answer = await request(endpoint, { token, id, body });
          const found = wordsIn(JSON.stringify(answer.body), foreign);
          if (found.length > 0 || answer.status >= 500)
            leaks.push({ route: nameOf(endpoint), caller, status: answer.status, found });
        }
      }
    });
    expect(leaks).toEqual([]);
    expect(count).toBeGreaterThan(100);
  });

  it('are unchanged after all of that: every row of every table', async () => {
    const after = await rowsOf(victim.id);
    for (const [table, rows] of Object.entries(before)) {
      expect([table, (after[table] ?? []).filter((row) => !rows.includes(row))]).toEqual([table, []]);
      expect([table, rows.filter((row) => !after[table]?.includes(row))]).toEqual([table, []]);
    }
    expect(Object.values(before).flat().length).toBeGreaterThan(50);
  });
});

/** Words of the other clinic in a text, but for the one that the caller has sent. */
const wordsIn = (text: string, sent: string): readonly string[] =>
  [victim.id, victim.clinician.id, victim.clinician.email, ...victim.ids.values()].filter(
    (word) => word !== sent && text.includes(word),
  );

/** With all fields, and without those that only some roles may write. */
const bodiesOf = (endpoint: Endpoint): readonly unknown[] => {
  const whole = bodyOf(endpoint);
  if (!(whole instanceof Object)) return [whole];
  const limited = new Set([
    'restricted',
    'restricted_to',
    ...Object.values(FORBIDDEN_WRITES).flatMap((views) => Object.values(views).flat()),
  ]);
  const open = Object.fromEntries(Object.entries(whole).filter(([field]) => !limited.has(field)));
  const isOther = Object.keys(open).length < Object.keys(whole).length && Object.keys(open).length > 0;
  return isOther ? [whole, open] : [whole];
};

/** Each parameter of a list with each of these values that it accepts. */
const queriesOf = ({ query }: Endpoint, values: readonly string[]): readonly string[] =>
  query === undefined
    ? []
    : fieldsOf(query).flatMap((field) =>
        values
          .filter((value) => query.safeParse({ [field]: value }).success)
          .map((value) => `?${new URLSearchParams({ [field]: value }).toString()}`),
      );

/** A body that is wrong but there, so that nothing is written by a test about roles. */
const wrongBodyOf = (endpoint: Endpoint): unknown =>
  endpoint.body === undefined
    ? undefined
    : endpoint.path === '/auth/password'
      ? // which body it is decides who is asked
        { current_password: 'x', new_password: 'violet tractors hum' }
      : { nothing: 'of this' };
