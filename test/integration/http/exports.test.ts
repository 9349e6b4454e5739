import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { api, type Endpoint } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { createTenant } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, fail, registerPatient, succeed, superAdmin } from './harness.js';

useServer();

/** The table of a CSV file, by the names of its columns. */
const parse = (text: string, separator = ','): Record<string, string>[] => {
  expect(text.startsWith('\uFEFF')).toBe(true);
  expect(text.endsWith('\r\n')).toBe(true);
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\r\n]*))(${separator}|\r\n)`, 'gy');
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.slice(1).matchAll(cell)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
  }
  const [head = [], ...body] = rows.slice(0, -1);
  for (const row of body) expect(row).toHaveLength(head.length);
  return body.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? ''])));
};

const open = (
  endpoint: Endpoint,
  token: string,
  given: object = {},
  signal?: AbortSignal,
): Promise<Response> => {
  const isPost = endpoint.method === 'POST';
  const query = isPost ? '' : `?${new URLSearchParams({ ...given })}`;
  return fetch(`${server.url}/api/v1${endpoint.path}${query}`, {
    method: endpoint.method,
    headers: { authorization: `Bearer ${token}`, ...(isPost ? { 'content-type': 'application/json' } : {}) },
    ...(isPost ? { body: JSON.stringify(given) } : {}),
    ...(signal ? { signal } : {}),
  });
};

/** A file, read to its end, as text. */
const fileOf = async (endpoint: Endpoint, token: string, given: object = {}): Promise<string> => {
  const response = await open(endpoint, token, given);
  expect([
    response.status,
    response.headers.get('content-type'),
    response.headers.get('cache-control'),
  ]).toEqual([200, 'text/csv; charset=utf-8', 'no-store']);
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[a-z0-9-]+\.csv"$/);
  // `text()` of a response would take the mark of UTF-8 away
  return Buffer.from(await response.arrayBuffer()).toString('utf8');
};

const rowsOf = async (endpoint: Endpoint, token: string, given: object = {}) =>
  parse(await fileOf(endpoint, token, given));

const audited = (clinic: { readonly id: string }, action: string) =>
  eventually(async () => {
    const [row] = await database.query<{ details: Record<string, unknown>; actor_role: string }>(
      'SELECT details, actor_role FROM wardbell.audit WHERE scope = $1 AND action = $2 ORDER BY seq DESC LIMIT 1',
      [clinic.id, action],
    );
    return row;
  });

/** Patients straight in the table, with as much text as fills the buffers of both sides. */
const fill = (clinic: { readonly id: string }, count: number) =>
  database.query(
    `INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name, notes)
     SELECT $1, 'L-' || n, 'First', 'Last ' || lpad(n::text, 6, '0'), repeat('x', 8000) FROM generate_series(1, $2::int) n`,
    [clinic.id, count],
  );
const MANY = 4_000;

/** Reads the first part of a file, does something while the reader waits, and reads the rest. */
const readAround = (token: string, meanwhile: () => Promise<unknown>): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const asked = request(`${server.url}/api/v1/patients/export`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const keep = (chunk: Buffer) => void chunks.push(chunk);
      response.once('data', (chunk: Buffer) => {
        response.pause();
        keep(chunk);
        meanwhile().then(() => response.on('data', keep).resume(), reject);
      });
      response.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      response.once('error', reject);
    });
    asked.end('{}');
  });

describe('An export of patients', () => {
  it('has the patients of the list in its order, and of each the fields that the role sees', async () => {
    const clinic = await createClinic();
    const body = { birth_date: '1980-02-01', phone: '+49 30 1234', notes: 'He said "no",\nthen left; twice' };
    await registerPatient(clinic, { ...body, first_name: 'Zoë', last_name: 'Ängström' });
    await registerPatient(clinic, { first_name: '=cmd', last_name: 'Aalto' });
    const rows = await rowsOf(api.patients.export, clinic.clinician);
    expect(rows.map(({ last_name }) => last_name)).toEqual(['Aalto', 'Ängström']);
    expect(rows[0]).toMatchObject({ first_name: "'=cmd", birth_date: '', notes: '' });
    expect(rows[1]).toMatchObject({ ...body, first_name: 'Zoë', phone: "'+49 30 1234", initials: '' });
    const [seen] = await rowsOf(api.patients.export, clinic.frontDesk);
    expect(Object.keys(seen ?? {})).not.toContain('notes');
    expect(await fileOf(api.patients.export, clinic.frontDesk)).not.toContain('twice');
    expect(
      parse(await fileOf(api.patients.export, clinic.admin, { separator: 'semicolon' }), ';'),
    ).toHaveLength(2);
  });

  it('leaves archived patients out, as the list does, unless they are asked for', async () => {
    const clinic = await createClinic();
    await registerPatient(clinic, { last_name: 'Aalto' });
    const { id } = await registerPatient(clinic, { last_name: 'Gone' });
    await succeed(api.patients.update, { token: clinic.clinician, id, body: { archived: true } });
    const namesIn = async (body: object) =>
      (await rowsOf(api.patients.export, clinic.clinician, body)).map(({ last_name }) => last_name);
    expect(await namesIn({})).toEqual(['Aalto']);
    expect(await namesIn({ archived: true })).toEqual(['Aalto', 'Gone']);
  });

  it('has initials and MRN alone of a restricted patient, and of a search only whom the caller would find', async () => {
    const clinic = await createClinic();
    await registerPatient(clinic, { first_name: 'Cara', last_name: 'Public', mrn: 'P-1' });
    await succeed(api.patients.create, {
      token: clinic.admin,
      body: { first_name: 'Vera', last_name: 'Secret', mrn: 'S-1', phone: '030 77', restricted: true },
    });
    const text = await fileOf(api.patients.export, clinic.clinician);
    expect(text).not.toMatch(/Vera|Secret|030 77/);
    expect(parse(text).find(({ mrn }) => mrn === 'S-1')).toMatchObject({
      initials: 'VS',
      restricted: 'true',
      last_name: '',
      created_at: '',
    });
    expect(await rowsOf(api.patients.export, clinic.clinician, { search: 'secret' })).toEqual([]);
    expect(await rowsOf(api.patients.export, clinic.admin, { search: 'secret' })).toHaveLength(1);
    expect((await rowsOf(api.patients.export, clinic.admin)).map(({ last_name }) => last_name)).toEqual([
      'Public',
      'Secret',
    ]);
  });

  it('leaves a row in the audit log: how many, and the hash of the search that a list with it has', async () => {
    const clinic = await createClinic();
    await registerPatient(clinic, { last_name: 'Zyxlast' });
    await registerPatient(clinic, { last_name: 'Zyxlast' });
    await registerPatient(clinic);
    await succeed(api.patients.list, { token: clinic.clinician, query: { search: 'Zyxlast' } });
    await fileOf(api.patients.export, clinic.clinician, { search: 'Zyxlast' });
    const listed = await audited(clinic, 'patient.list');
    const exported = await audited(clinic, 'patient.export');
    expect(exported).toEqual({
      actor_role: 'clinician',
      details: { count: 2, search: listed.details['search'] },
    });
    expect(JSON.stringify(exported)).not.toContain('Zyx');
  });

  it('is one snapshot, however long it is read, and holds no write up', async () => {
    const clinic = await createClinic();
    await fill(clinic, MANY);
    const text = await readAround(clinic.clinician, async () => {
      await registerPatient(clinic, { last_name: 'Zz came later' });
      await database.query("DELETE FROM wardbell.patient WHERE tenant_id = $1 AND mrn LIKE 'L-39%'", [
        clinic.id,
      ]);
    });
    const rows = parse(text);
    expect(rows).toHaveLength(MANY);
    expect(rows.filter(({ last_name }) => last_name === 'Zz came later')).toEqual([]);
  });

  it('breaks off when its reader loses access, so that an incomplete file is not taken for a whole one', async () => {
    const clinic = await createTenant(server);
    await fill(clinic, MANY);
    const { admin, clinician } = clinic;
    const reading = readAround(clinician.token, () =>
      succeed(api.users.update, { token: admin.token, id: clinician.id, body: { status: 'disabled' } }),
    );
    await expect(reading).rejects.toThrow();
  });

  it('ends when its reader goes away, and the third at a time is refused with 503', async () => {
    const clinic = await createClinic();
    await fill(clinic, MANY);
    const abort = new AbortController();
    const start = () => open(api.patients.export, clinic.clinician, {}, abort.signal);
    const statuses = (await Promise.all([start(), start(), start()])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 200, 503]);
    abort.abort();
    await eventually(async () => {
      const response = await open(api.patients.export, clinic.clinician, { search: 'nobody' });
      await response.arrayBuffer();
      return response.status === 200;
    });
    await eventually(async () => {
      const [row] = await database.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'wardbell-export'",
      );
      return row?.n === 0;
    });
  });

  it('is for people of the clinic: not for super admins, and keys page through the list', async () => {
    expect(await fail(api.patients.export, { token: await superAdmin(), body: {} })).toEqual([
      403,
      'forbidden',
    ]);
    expect(await fail(api.appointments.export, { token: await superAdmin() })).toEqual([403, 'forbidden']);
  });
});

describe('An export of appointments', () => {
  const book = (clinic: Clinic, patientId: string, datetime: string, more: object = {}) =>
    succeed(api.appointments.create, {
      token: clinic.clinician,
      body: { patient_id: patientId, datetime, type: 'Visit', reason: 'Zyxreason', ...more },
    });

  it('has the days asked for by the clock of the clinic, with the patients, and no reason for the front desk', async () => {
    const clinic = await createClinic({ timeZone: 'Asia/Tokyo' });
    const { id } = await registerPatient(clinic, { last_name: 'Public', phone: '030 1' });
    await book(clinic, id, '2026-12-01T14:59:00Z'); // 23:59 in Tokyo
    await book(clinic, id, '2026-12-01T15:30:00Z'); // half past midnight, the day after
    const day = { from: '2026-12-02', to: '2026-12-03' };
    expect(await rowsOf(api.appointments.export, clinic.clinician, day)).toEqual([
      expect.objectContaining({
        date: '2026-12-02',
        time: '00:30',
        last_name: 'Public',
        phone: '030 1',
        type: 'Visit',
        reason: 'Zyxreason',
        datetime: '2026-12-01T15:30:00.000Z',
      }),
    ]);
    expect(await audited(clinic, 'appointment.export')).toMatchObject({ details: { count: 1, ...day } });
    const text = await fileOf(api.appointments.export, clinic.frontDesk, day);
    expect(text).not.toMatch(/Zyxreason|,reason,/);
    const week = { from: '2026-11-30', to: '2026-12-07' };
    expect(await rowsOf(api.appointments.export, clinic.frontDesk, week)).toHaveLength(2);
    expect(
      await rowsOf(api.appointments.export, clinic.frontDesk, { ...week, status: 'cancelled' }),
    ).toHaveLength(0);
  });

  it('has initials alone of a restricted patient', async () => {
    const clinic = await createClinic();
    const { id } = await succeed(api.patients.create, {
      token: clinic.admin,
      body: { first_name: 'Vera', last_name: 'Secret', restricted: true },
    });
    await succeed(api.appointments.create, {
      token: clinic.admin,
      body: { patient_id: id, datetime: '2026-12-01T09:00:00Z', type: 'Visit', reason: 'Zyxreason' },
    });
    const text = await fileOf(api.appointments.export, clinic.clinician, {
      from: '2026-12-01',
      to: '2026-12-02',
    });
    expect(text).not.toMatch(/Vera|Secret|Zyxreason/);
    expect(parse(text)).toEqual([expect.objectContaining({ initials: 'VS', time: '09:00', patient_id: id })]);
  });

  it.each([
    ['the wrong way round', '2026-02-01', '2026-01-01'],
    ['empty', '2026-02-01', '2026-02-01'],
    ['longer than a month', '2026-01-01', '2026-03-01'],
  ])('of a range that is %s is 400 `invalid_range`', async (_, from, to) => {
    const clinic = await createClinic();
    const query = { from, to };
    expect(await fail(api.appointments.export, { token: clinic.clinician, query })).toEqual([
      400,
      'invalid_range',
    ]);
  });
});

describe('An export of users', () => {
  it('has the users of the list for admins of their clinic and super admins, and nothing else of them', async () => {
    const clinic = await createTenant(server);
    const other = await createTenant(server);
    const { admin, clinician } = clinic;
    const rows = await rowsOf(api.users.export, admin.token);
    expect(rows.map(({ id }) => id).toSorted()).toEqual(
      [admin.id, clinician.id, clinic.frontDesk.id].toSorted(),
    );
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'name',
      'email',
      'role',
      'status',
      'last_sign_in_at',
      'created_at',
      'updated_at',
      'id',
      'tenant_id',
    ]);
    const { data } = await succeed(api.users.list, { token: admin.token });
    const signIns = (rows: readonly Record<string, unknown>[]) =>
      Object.fromEntries(rows.map((row) => [row['id'], row['last_sign_in_at'] || null]));
    expect(signIns(rows)).toEqual(signIns(data));
    expect(rows.find(({ id }) => id === admin.id)).toMatchObject({
      last_sign_in_at: expect.stringMatching(/^\d/),
    });
    expect(await rowsOf(api.users.export, admin.token, { role: 'clinician' })).toEqual([
      expect.objectContaining({ id: clinician.id, email: clinician.email }),
    ]);
    await eventually(async () => (await audited(clinic, 'user.export')).details['count'] === 1);
    const query = { tenant_id: other.id };
    expect(await fail(api.users.export, { token: admin.token, query })).toEqual([404, 'not_found']);
    expect(await fail(api.users.export, { token: clinician.token })).toEqual([403, 'forbidden']);
    const theirs = await rowsOf(api.users.export, await superAdmin(), query);
    expect(theirs.map(({ id }) => id)).toContain(other.admin.id);
    expect(new Set(theirs.map(({ tenant_id }) => tenant_id))).toEqual(new Set([other.id]));
  });
});

describe('The audit log as a table', () => {
  it('has the rows of its other formats', async () => {
    const clinic = await createClinic();
    await registerPatient(clinic);
    const range = { from: '2020-01-01', to: '2100-01-01' };
    const rows = await rowsOf(api.audit.export, clinic.admin, { ...range, format: 'csv' });
    expect(rows).toEqual([
      expect.objectContaining({ seq: '1', action: 'patient.create', actor_role: 'clinician' }),
    ]);
    const response = await open(api.audit.export, clinic.admin, range);
    const [first = ''] = (await response.text()).split('\n');
    expect(JSON.parse(first)).toMatchObject({ id: rows[0]?.['id'] });
  });
});
