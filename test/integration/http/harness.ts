import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { type Endpoint, Patient, Problem, type Role } from '@wardbell/contract';
import { z } from 'zod';
import { database, server } from '../../support/fixture.js';
import { type Answer, call } from '../../support/http.js';
import type { RunningServer } from '../../support/server.js';
import { connect, type Frame } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';

export interface Request {
  /** Another server than the fixture's. */
  readonly at?: Pick<RunningServer, 'url'>;
  readonly token?: string | undefined;
  readonly id?: string | undefined;
  /** `:sub` of the path, as it is in a token. */
  readonly sub?: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const ANSWERED_FIELDS = new WeakMap<z.ZodType, z.ZodType>();

/** The same schema, refusing fields that it does not name: nothing else may leave the server. */
const strict = (schema: z.ZodType): z.ZodType => {
  if (!(schema instanceof z.ZodObject)) return schema;
  let made = ANSWERED_FIELDS.get(schema);
  if (!made) {
    made = z.strictObject(schema.shape);
    ANSWERED_FIELDS.set(schema, made);
  }
  return made;
};

/**
 * Calls an endpoint and holds every answer to the contract: a success has its status and schema, anything
 * else is a problem document.
 */
export async function ask<E extends Endpoint>(
  endpoint: E,
  { id, sub, query, at = server, ...options }: Request = {},
): Promise<Answer> {
  const parameters = new URLSearchParams(
    Object.entries(query ?? {}).map(([name, value]) => [name, String(value)]),
  ).toString();
  const path =
    endpoint.path.replace(':id', id ?? '').replace(':sub', () => encodeURIComponent(sub ?? '')) +
    (parameters === '' ? '' : `?${parameters}`);
  const answer = await call(at.url, endpoint.method, path, options);
  if (answer.status === endpoint.status) {
    if (endpoint.answer) strict(endpoint.answer).parse(answer.body);
    else expect(answer.body).toBe('');
  } else if (answer.status === 202 && endpoint.deferredAnswer) {
    strict(endpoint.deferredAnswer).parse(answer.body);
  } else {
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem = Problem.parse(answer.body);
    expect(problem.status).toBe(answer.status);
  }
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return answer;
}

/** Body of an answer that must be a success. */
export async function succeed<E extends Endpoint & { readonly answer: z.ZodType }>(
  endpoint: E,
  request: Request = {},
): Promise<z.output<E['answer']>> {
  const answer = await ask(endpoint, request);
  if (answer.status !== endpoint.status) {
    throw new Error(`${endpoint.method} ${endpoint.path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return endpoint.answer.parse(answer.body) as z.output<E['answer']>;
}

/** A list that comes in pages, read to its end. */
export async function everyPage<
  Page extends { readonly data: readonly unknown[]; readonly next: string | null },
>(
  endpoint: Endpoint & { readonly answer: z.ZodType<Page> },
  request: Request,
): Promise<Page['data'][number][]> {
  const rows: Page['data'][number][] = [];
  let after: string | null = null;
  do {
    const query: Request['query'] = { ...request.query, ...(after === null ? {} : { after }) };
    const page: Page = await succeed(endpoint, { ...request, query });
    rows.push(...page.data);
    after = page.next;
  } while (after !== null);
  return rows;
}

/** Status and code of an answer that must be a failure. */
export async function fail<E extends Endpoint>(
  endpoint: E,
  request: Request = {},
): Promise<[status: number, code: string]> {
  const answer = await ask(endpoint, request);
  const problem = Problem.parse(answer.body);
  return [problem.status, problem.code];
}

/** A tenant straight in the database, whose people come by single sign-on. */
export interface Clinic {
  readonly id: string;
  readonly admin: string;
  readonly clinician: string;
  readonly frontDesk: string;
}

export async function createClinic({
  timeZone = 'UTC',
}: {
  readonly timeZone?: string;
} = {}): Promise<Clinic> {
  const id = randomUUID();
  await database.query('INSERT INTO wardbell.tenant (id, name, slug, time_zone) VALUES ($1, $2, $2, $3)', [
    id,
    `clinic-${id}`,
    timeZone,
  ]);
  const token = (role: Role) => mintToken({ role, tenantId: id });
  const [admin, clinician, frontDesk] = await Promise.all([
    token('tenant_admin'),
    token('clinician'),
    token('front_desk'),
  ]);
  return { id, admin, clinician, frontDesk };
}

export const superAdmin = (): Promise<string> => mintToken({ role: 'super_admin' });

/** A patient of a clinic, registered through the API. */
export async function registerPatient(clinic: Clinic, body: object = {}): Promise<Patient> {
  const answer = await call(server.url, 'POST', '/patients', {
    token: clinic.clinician,
    body: { first_name: 'Ada', last_name: 'Example', ...body },
  });
  return Patient.parse(answer.body);
}

/** Events of a clinic as they are committed, past every view. */
export async function committedEvents(
  tenantId: string,
): Promise<{ seq: number; type: string; data: Record<string, unknown>; actor_id: string | null }[]> {
  const rows = await database.query(
    'SELECT seq::int, type, data, actor_id FROM wardbell.outbox WHERE tenant_id = $1 ORDER BY seq',
    [tenantId],
  );
  return z
    .array(
      z.object({
        seq: z.number(),
        type: z.string(),
        data: z.record(z.string(), z.unknown()),
        actor_id: z.string().nullable(),
      }),
    )
    .parse(rows);
}

/** One number that a query answers. */
export async function count(sql: string, values: unknown[] = []) {
  const [row] = await database.query(`SELECT (${sql})::int AS count`, values);
  return z.object({ count: z.number() }).parse(row).count;
}

/** The epoch of the sequence numbers of this database. */
export const epochOf = async (): Promise<string> =>
  z
    .array(z.object({ epoch: z.string() }))
    .parse(await database.query('SELECT epoch::text FROM wardbell.installation'))[0]?.epoch ?? '';

/** All kept events of a tenant, as a client gets them that begins at the first one. */
export const replay = async (wsUrl: string, token: string): Promise<Frame[]> => {
  const socket = await connect(wsUrl, { token, query: { since: '0', epoch: await epochOf() } });
  await socket.waitFor('resumed');
  await socket.close();
  return socket.events;
};
