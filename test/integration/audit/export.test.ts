import { request } from 'node:http';
import JSONSchemaValidator from '@asymmetrik/fhir-json-schema-validator';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { AuditRow, api } from '@wardbell/contract';
import { z } from 'zod';
import { database, server, useServer } from '../../support/fixture.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import {
  type Clinic,
  createClinic,
  everyPage,
  fail,
  registerPatient,
  succeed,
  superAdmin,
} from '../http/harness.js';

useServer();

const ALL = { from: '2020-01-01', to: '2100-01-01' };
const Coding = z.looseObject({ system: z.string(), code: z.string() });
const AuditEvent = z.looseObject({
  resourceType: z.literal('AuditEvent'),
  id: z.string(),
  meta: z.object({ profile: z.array(z.string()) }).optional(),
  type: Coding,
  subtype: z.array(Coding),
  action: z.string(),
  recorded: z.string(),
  outcome: z.string(),
  outcomeDesc: z.string().optional(),
  agent: z.array(z.looseObject({ type: z.object({ coding: z.array(Coding) }) })),
  entity: z.array(z.looseObject({ type: Coding, role: Coding })),
});
type AuditEvent = z.output<typeof AuditEvent>;

/** An export, read to its end. */
const exported = async (token: string, query: Readonly<Record<string, string>> = ALL) => {
  const parameters = new URLSearchParams(query).toString();
  const response = await fetch(`${server.url}/api/v1/audit/export?${parameters}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const lines = text.split('\n').filter((line) => line !== '');
  return { type: response.headers.get('content-type'), lines, text };
};

/** Rows straight in the chain, for exports that are long. */
const append = (clinic: Clinic, rows: number) =>
  database.query(
    `SELECT count(*) FROM (SELECT set_config('wardbell.tenant_id', $1, true)) AS tenant,
       LATERAL wardbell.append($1::uuid, '[]', (
         SELECT jsonb_agg(jsonb_build_object('action', 'patient.update', 'object_type', 'patient',
           'object_id', '00000000-0000-4000-8000-00000000000a', 'changed', '["phone"]'::jsonb, 'n', n, 't', tenant))
         FROM generate_series(1, $2::int) n)) AS appended`,
    [clinic.id, rows],
  );

describe('An export of the audit log', () => {
  it('has the rows of GET /audit of its clinic, the oldest first, and leaves a row itself', async () => {
    const [clinic, other] = [await createClinic(), await createClinic()];
    const patient = await registerPatient(clinic);
    await registerPatient(other);
    await succeed(api.patients.get, { token: clinic.clinician, id: patient.id });
    const list = () => everyPage(api.audit.list, { token: clinic.admin, query: { limit: 200 } });
    await eventually(async () => (await list()).some(({ action }) => action === 'patient.read'));
    const { type, lines } = await exported(clinic.admin);
    expect(type).toBe('application/x-ndjson');
    const rows = lines.map((line) => AuditRow.parse(JSON.parse(line)));
    const listed = new Map((await list()).map((row) => [row.id, row]));
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(rows).toEqual(rows.map(({ id }) => listed.get(id)));
    expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).toSorted());
    const [own] = await eventually(async () => {
      const found = (await list()).filter(({ action }) => action === 'audit.export');
      return found.length > 0 ? found : undefined;
    });
    expect(own).toMatchObject({
      actor_role: 'tenant_admin',
      object_type: 'tenant',
      object_id: clinic.id,
      details: { format: 'ndjson', from: '2020-01-01T00:00:00.000Z' },
    });
    expect(await succeed(api.audit.verify, { token: clinic.admin })).toMatchObject({ ok: true });
  });

  it('of another clinic is not there; a super admin has each clinic’s and the installation’s', async () => {
    const [clinic, other] = [await createClinic(), await createClinic()];
    await registerPatient(other);
    const query = { ...ALL, tenant_id: other.id };
    expect(await fail(api.audit.export, { token: clinic.admin, query })).toEqual([404, 'not_found']);
    expect(await fail(api.audit.export, { token: clinic.clinician, query: ALL })).toEqual([403, 'forbidden']);
    const token = await superAdmin();
    const rows = (await exported(token, query)).lines.map((line) => AuditRow.parse(JSON.parse(line)));
    expect(rows.map(({ tenant_id, action }) => [tenant_id, action])).toContainEqual([
      other.id,
      'patient.create',
    ]);
    const own = (await exported(token)).lines.map((line) => AuditRow.parse(JSON.parse(line)));
    expect(new Set(own.map(({ tenant_id }) => tenant_id))).toEqual(new Set([null]));
  });

  it.each([
    ['the wrong way round', { from: '2026-02-01', to: '2026-01-01' }],
    ['empty', { from: '2026-02-01', to: '2026-02-01' }],
    ['no date', { from: 'yesterday', to: '2026-02-01' }],
    ['a day that does not exist', { from: '2026-02-30', to: '2026-03-01' }],
  ])('of a range that is %s is 400 `invalid_range`', async (_, query) => {
    const clinic = await createClinic();
    expect(await fail(api.audit.export, { token: clinic.admin, query })).toEqual([400, 'invalid_range']);
  });

  it('takes dates in the time zone of the clinic and instants, the end exclusive', async () => {
    const clinic = await createClinic({ timeZone: 'Asia/Tokyo' });
    await append(clinic, 2);
    const times = ['2025-12-31T14:59:59.999Z', '2025-12-31T15:00:00.000Z']; // around midnight in Tokyo
    for (const [at, time] of times.entries())
      await database.query('UPDATE wardbell.audit SET at = $3 WHERE scope = $1 AND seq = $2', [
        clinic.id,
        at + 1,
        time,
      ]);
    const seqs = async (from: string, to: string) =>
      (await exported(clinic.admin, { from, to })).lines.map((line) => AuditRow.parse(JSON.parse(line)).seq);
    expect(await seqs('2025-12-31', '2026-01-01')).toEqual([1]);
    expect(await seqs('2026-01-01', '2026-01-02')).toEqual([2]);
    expect(await seqs(times[0] ?? '', times[1] ?? '')).toEqual([1]);
  });

  it('is sent while it is read: a reader that pauses stops the reading of rows, and the memory stays bounded', async () => {
    const clinic = await createClinic();
    const [ROWS, LAST] = [30_000, 2_000];
    await append(clinic, ROWS);
    const path = `/api/v1/audit/export?${new URLSearchParams({ ...ALL, format: 'fhir' })}`;
    let lines = 0;
    await new Promise<void>((resolve, reject) => {
      const asked = request(`${server.url}${path}`, {
        headers: { authorization: `Bearer ${clinic.admin}` },
      });
      asked.on('error', reject);
      asked.on('response', (response) => {
        const count = (chunk: Buffer) => {
          lines += chunk.filter((byte) => byte === 10).length;
        };
        response.once('data', (chunk: Buffer) => {
          response.pause();
          count(chunk);
          // 30,000 events are about 40 MB: more than the buffers of both sides, so the last ones are not read yet
          database
            .query('DELETE FROM wardbell.audit WHERE scope = $1 AND seq > $2', [clinic.id, ROWS - LAST])
            .then(() => response.on('data', count).resume(), reject);
        });
        response.once('end', resolve);
        response.once('error', reject);
      });
      asked.end();
    });
    expect(lines).toBe(ROWS - LAST);
  });

  it('ends when its reader goes away, and refuses the fifth at a time with 503', async () => {
    const clinic = await createClinic();
    await append(clinic, 20_000);
    const abort = new AbortController();
    const open = () =>
      fetch(`${server.url}/api/v1/audit/export?${new URLSearchParams({ ...ALL, format: 'fhir' })}`, {
        headers: { authorization: `Bearer ${clinic.admin}` },
        signal: abort.signal,
      });
    const statuses = (await Promise.all(Array.from({ length: 5 }, open))).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 200, 200, 200, 503]);
    abort.abort();
    await eventually(async () => {
      const response = await fetch(
        `${server.url}/api/v1/audit/export?${new URLSearchParams({ from: '2020-01-01', to: '2020-01-02' })}`,
        { headers: { authorization: `Bearer ${clinic.admin}` } },
      );
      return response.status === 200;
    });
  });
});

describe('An export as FHIR', () => {
  let tenant: TestTenant;
  let events: AuditEvent[];
  let rows: z.output<typeof AuditRow>[];

  beforeAll(async () => {
    tenant = await createTenant(server);
    const { clinician, frontDesk, admin } = tenant;
    const body = {
      first_name: 'Zyxfirst',
      last_name: 'Zyxlast',
      notes: 'Zyxnote',
      phone: '+44 20 7946 0000',
    };
    const patient = await succeed(api.patients.create, { token: clinician.token, body });
    await succeed(api.patients.get, { token: clinician.token, id: patient.id });
    await succeed(api.patients.list, { token: frontDesk.token, query: { search: 'Zyxlast' } });
    await succeed(api.patients.update, { token: clinician.token, id: patient.id, body: { phone: '+44 1' } });
    await succeed(api.events.list, { token: admin.token });
    await fail(api.users.list, { token: clinician.token });
    const appointment = await succeed(api.appointments.create, {
      token: clinician.token,
      body: { patient_id: patient.id, datetime: '2026-12-01T09:00:00Z', type: 'Visit' },
    });
    expect(appointment.patient_id).toBe(patient.id);
    await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: clinician.email, password: 'wrong' }),
    });
    await eventually(async () => {
      const { data } = await succeed(api.audit.list, { token: admin.token, query: { limit: 200 } });
      const actions = new Set(data.map(({ action }) => action));
      return ['patient.list', 'auth.failed', 'access.refused', 'audit.read'].every((action) =>
        actions.has(action),
      );
    });
    await exported(admin.token);
    await eventually(async () => (await exported(admin.token)).text.includes('audit.export'));
    const { type, lines, text } = await exported(admin.token, { ...ALL, format: 'fhir' });
    expect(type).toBe('application/fhir+ndjson');
    expect(text).not.toMatch(/zyx|7946 0000/i);
    events = lines.map((line) => AuditEvent.parse(JSON.parse(line)));
    rows = (await exported(admin.token)).lines.map((line) => AuditRow.parse(JSON.parse(line)));
  });

  const eventOf = (action: string): AuditEvent => {
    const row = rows.find((each) => each.action === action);
    const event = events.find(({ id }) => id === row?.id);
    if (!event) throw new Error(`no event of ${action}`);
    return event;
  };

  it('has an event for each row, valid by the JSON schema of FHIR R4', () => {
    const validator = new JSONSchemaValidator();
    expect(events.length).toBeGreaterThan(8);
    for (const event of events) expect([event, validator.validate(event)]).toEqual([event, []]);
    const ids = new Set(rows.map(({ id }) => id));
    expect(events.filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  it.each([
    ['patient.create', 'rest', 'create', 'C', '0', 'PatientCreate'],
    ['patient.read', 'rest', 'read', 'R', '0', 'PatientRead'],
    ['patient.update', 'rest', 'update', 'U', '0', 'PatientUpdate'],
    ['appointment.create', 'rest', 'create', 'C', '0', 'PatientCreate'],
    ['patient.list', 'rest', 'search-type', 'E', '0', undefined],
    ['auth.login', '110114', '110122', 'E', '0', undefined],
    ['auth.failed', '110114', '110122', 'E', '4', undefined],
    ['access.refused', '110113', '110132', 'E', '4', undefined],
    ['audit.read', '110101', 'search-type', 'R', '0', undefined],
    ['audit.export', '110106', 'search-type', 'R', '0', undefined],
  ])(
    'says of %s: type %s, subtype %s, action %s, outcome %s',
    (action, type, subtype, code, outcome, profile) => {
      const event = eventOf(action);
      expect([event.type.code, event.subtype[0]?.code, event.action, event.outcome]).toEqual([
        type,
        subtype,
        code,
        outcome,
      ]);
      expect(event.meta?.profile[0]?.split('IHE.BasicAudit.')[1]).toBe(profile);
    },
  );

  it('names user, address and patient as IHE BALP does, and the patient by its id alone', () => {
    const row = rows.find(({ action }) => action === 'patient.read');
    expect(eventOf('patient.read')).toMatchObject({
      recorded: row?.at,
      agent: [
        {
          type: { coding: [{ code: '110152' }] },
          requestor: false,
          network: { address: '127.0.0.1', type: '2' },
        },
        { type: { coding: [{ code: '110153' }] }, requestor: false, network: { type: '5' } },
        {
          type: { coding: [{ code: 'IRCP' }] },
          requestor: true,
          who: { identifier: { value: tenant.clinician.id } },
          role: [{ coding: [{ code: 'clinician' }] }],
        },
      ],
      source: { site: tenant.id, observer: { display: 'Wardbell' }, type: [{ code: '4' }] },
      entity: [
        { what: { reference: `Patient/${row?.patient_id}` }, type: { code: '1' }, role: { code: '1' } },
        { what: { reference: `Patient/${row?.patient_id}` }, type: { code: '2' }, role: { code: '4' } },
      ],
    });
    const failed = eventOf('auth.failed');
    expect([failed.outcomeDesc, failed.agent.length]).toEqual(['invalid_credentials', 2]);
    expect(eventOf('patient.update').entity[1]).toMatchObject({
      detail: [{ type: 'changed', valueString: 'phone' }],
    });
  });
});
