import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { api, MAX_IMPORT_BYTES, MAX_IMPORT_ROWS, type Patient } from '@wardbell/contract';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import {
  ask,
  type Clinic,
  committedEvents,
  count,
  createClinic,
  everyPage,
  fail,
  registerPatient,
  succeed,
  superAdmin,
} from './harness.js';

useServer({ env: { LOG_LEVEL: 'debug' } });

let clinic: Clinic;
beforeEach(async () => {
  clinic = await createClinic();
});

/** Rows of a file, each another person. */
const rowsOf = (n: number) =>
  Array.from({ length: n }, (_, index) => ({
    mrn: `M-${index}`,
    first_name: `First${index}`,
    last_name: `Last${index % 97}`,
    birth_date: '1970-01-31',
    gender: 'female' as const,
    phone: `+49 30 ${100_000 + index}`,
  }));
const run = (patients: readonly object[], key?: string) =>
  ask(api.patientImports.run, {
    token: clinic.admin,
    body: { patients },
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
const refused = (patients: readonly object[]) =>
  fail(api.patientImports.run, { token: clinic.admin, body: { patients } });
const patientsOf = ({ id }: Clinic) =>
  count('SELECT count(*) FROM wardbell.patient WHERE tenant_id = $1', [id]);
const eventsOf = ({ id }: Clinic) =>
  count(`SELECT count(*) FROM wardbell.outbox WHERE tenant_id = $1 AND type = 'patient_created'`, [id]);

describe('An import of patients', () => {
  it('registers all of them with an event each, and has one entry in the audit log with their number', async () => {
    const rows = [
      ...rowsOf(2),
      {
        first_name: 'Zoë',
        last_name: "O'Brien",
        birth_date: null,
        notes: 'Line 1\nLine 2',
        email: 'z@x.test',
      },
    ];
    const answer = await run(rows);
    expect(answer).toMatchObject({ status: 201, body: { imported: 3 } });
    const { data, seq } = await succeed(api.patients.list, { token: clinic.admin });
    expect(data.map(({ last_name }) => last_name)).toEqual(['Last0', 'Last1', "O'Brien"]);
    expect(data[2]).toMatchObject({
      notes: 'Line 1\nLine 2',
      gender: 'unknown',
      mrn: expect.stringMatching(/^P-/),
    });
    const events = await committedEvents(clinic.id);
    expect(events.map((event) => event.type)).toEqual(Array(3).fill('patient_created'));
    expect(events.map(({ data: patient }) => patient)).toEqual(expect.arrayContaining(data));
    expect(seq).toBe(3);
    const audit = await succeed(api.audit.list, { token: clinic.admin, query: { action: 'patient.import' } });
    expect(audit.data).toHaveLength(1);
    expect(audit.data[0]).toMatchObject({
      details: { count: 3 },
      changed: ['birth_date', 'email', 'first_name', 'gender', 'last_name', 'mrn', 'notes', 'phone'],
      patient_id: null,
    });
  });

  it('takes 10,000 patients, and a list that watches is then equal to the database', async () => {
    const { seq, epoch } = await succeed(api.patients.list, { token: clinic.clinician });
    const watcher = await connect(server.wsUrl, {
      token: clinic.clinician,
      query: { since: String(seq), epoch },
    });
    expect((await run(rowsOf(MAX_IMPORT_ROWS))).body).toEqual({ imported: MAX_IMPORT_ROWS });
    await eventually(() => watcher.events.length >= MAX_IMPORT_ROWS, { what: 'every event at the watcher' });
    expect(watcher.events.map((event) => event.seq)).toEqual(
      Array.from({ length: MAX_IMPORT_ROWS }, (_, index) => index + 1),
    );
    const stored = await everyPage(api.patients.list, { token: clinic.clinician, query: { limit: 200 } });
    const byId = (rows: readonly unknown[]) => (rows as Patient[]).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId(watcher.events.map(({ data }) => data))).toEqual(byId(stored));
    await watcher.close();
  }, 240_000);

  it.each([
    ['an MRN that a patient has', { mrn: 'X-17' }, [409, 'mrn_taken'], 'patients.1.mrn'],
    ['an MRN that comes twice', { mrn: 'M-0' }, [409, 'mrn_taken'], 'patients.1.mrn'],
    ['a name that is missing', { first_name: '' }, [422, 'validation_failed'], 'patients.1.first_name'],
    [
      'a birth date in the future',
      { birth_date: '2999-01-01' },
      [422, 'validation_failed'],
      'patients.1.birth_date',
    ],
    ['a field that it has not', { restricted: true }, [422, 'validation_failed'], 'patients.1'],
  ] as const)(
    'with %s in one row is refused as a whole, with the row and without its values',
    async (_, wrong, outcome, path) => {
      await registerPatient(clinic, { mrn: 'X-17' });
      const [good, bad] = rowsOf(2);
      const answer = await run([good ?? {}, { ...bad, last_name: 'Quetzalina', ...wrong }]);
      expect([answer.status, (answer.body as { code: string }).code]).toEqual(outcome);
      expect(answer.body).toMatchObject({ errors: [{ path }] });
      expect(JSON.stringify(answer.body)).not.toMatch(/Quetzalina|X-17|M-0/);
      expect(await patientsOf(clinic)).toBe(1);
      expect(await eventsOf(clinic)).toBe(1);
    },
  );

  it('of more than 10,000 rows, more than 8 MiB, or none is refused, and nothing is written', async () => {
    expect(await refused(Array(MAX_IMPORT_ROWS + 1).fill({}))).toEqual([422, 'validation_failed']);
    expect(await refused([])).toEqual([422, 'validation_failed']);
    const large = rowsOf(Math.ceil(MAX_IMPORT_BYTES / 9_000)).map((row) => ({
      ...row,
      notes: 'x'.repeat(9_000),
    }));
    const answer = await call(server.url, 'POST', '/patients/import', {
      token: clinic.admin,
      body: { patients: large },
    });
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
    expect(await patientsOf(clinic)).toBe(0);
  });

  it('that is sent again with its key is done once, and answers the same', async () => {
    const key = randomUUID();
    const [first, second] = await Promise.all([run(rowsOf(50), key), run(rowsOf(50), key)]);
    const third = await run(rowsOf(50), key);
    expect([first, second, third].map(({ body }) => body)).toEqual(Array(3).fill({ imported: 50 }));
    expect(await patientsOf(clinic)).toBe(50);
    expect(await eventsOf(clinic)).toBe(50);
  });

  it('beside another one with the same MRNs in another order is refused or waits, and one of them is there', async () => {
    const rows = rowsOf(400);
    const answers = await Promise.all([run(rows), run(rows.toReversed())]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await patientsOf(clinic)).toBe(400);
    expect(await eventsOf(clinic)).toBe(400);
  });

  it('is for administrators of a clinic alone', async () => {
    const body = { patients: rowsOf(1) };
    for (const token of [clinic.clinician, clinic.frontDesk, await superAdmin()])
      for (const route of [api.patientImports.run, api.patientImports.check])
        expect(await fail(route, { token, body })).toEqual([403, 'forbidden']);
  });

  it('leaves nothing of the patients in the log of the server', async () => {
    const patients = [{ ...rowsOf(1)[0], last_name: 'Quetzalina', notes: 'xylophobia', birth_date: 'never' }];
    await run(patients);
    await run([{ ...patients[0], birth_date: '1970-01-31' }]);
    await ask(api.patientImports.check, {
      token: clinic.admin,
      body: { patients: [{ ...rowsOf(1)[0], last_name: 'Quetzalina' }] },
    });
    expect(server.output()).not.toMatch(/Quetzalina|xylophobia/i);
  });
});

describe('The check before an import', () => {
  const check = async (patients: readonly object[]) =>
    (await succeed(api.patientImports.check, { token: clinic.admin, body: { patients } })).data;

  it('names rows whose MRN is taken, and rows with the names of a patient and no other birth date', async () => {
    const jose = await registerPatient(clinic, {
      first_name: 'José',
      last_name: 'Müller',
      birth_date: '1980-02-29',
      mrn: 'K-1',
    });
    const known = {
      id: jose.id,
      mrn: 'K-1',
      first_name: 'José',
      last_name: 'Müller',
      birth_date: '1980-02-29',
    };
    const found = await check([
      { first_name: 'Ada', last_name: 'New', birth_date: '1980-02-29' },
      { first_name: 'JOSE', last_name: 'Muller', birth_date: '1980-02-29' },
      { first_name: 'José', last_name: 'Müller' },
      { first_name: 'José', last_name: 'Müller', birth_date: '1980-03-01' },
      { first_name: 'Somebody', last_name: 'Else', mrn: 'K-1' },
    ]);
    expect(found).toEqual([
      { row: 1, mrn_taken: false, patients: [known] },
      { row: 2, mrn_taken: false, patients: [known] },
      { row: 4, mrn_taken: true, patients: [known] },
    ]);
  });

  it('names the survivor where the MRN is that of a merged patient, which an import is refused for', async () => {
    const [retired, survivor] = [
      await registerPatient(clinic, { last_name: 'Old', mrn: 'M-1' }),
      await registerPatient(clinic, { last_name: 'Kept', mrn: 'M-2' }),
    ];
    await succeed(api.patients.merge, {
      token: clinic.clinician,
      id: retired.id,
      body: { into: survivor.id, version: retired.version, into_version: survivor.version },
    });
    const rows = [{ first_name: 'Some', last_name: 'Body', mrn: 'M-1' }];
    expect(await check(rows)).toEqual([
      { row: 0, mrn_taken: true, patients: [expect.objectContaining({ id: survivor.id, mrn: 'M-2' })] },
    ]);
    expect(await fail(api.patientImports.run, { token: clinic.admin, body: { patients: rows } })).toEqual([
      409,
      'mrn_taken',
    ]);
  });

  it('writes nothing, sees no other clinic, and is in the audit log as a search', async () => {
    await registerPatient(await createClinic(), { first_name: 'José', last_name: 'Müller', mrn: 'K-1' });
    expect(await check([{ first_name: 'José', last_name: 'Müller', mrn: 'K-1' }])).toEqual([]);
    expect(await patientsOf(clinic)).toBe(0);
    await eventually(
      async () =>
        (await count(`SELECT count(*) FROM wardbell.audit WHERE scope = $1 AND action = 'patient.list'`, [
          clinic.id,
        ])) === 1,
      { what: 'the search in the audit log' },
    );
  });

  it('finds 10,000 patients again that were imported just before, while the statistics know of none', async () => {
    const rows = rowsOf(MAX_IMPORT_ROWS);
    await run(rows);
    // what an ANALYZE leaves that ran during the import
    await database.query(
      `UPDATE pg_class SET reltuples = 0, relpages = 1 WHERE oid = 'wardbell.patient'::regclass`,
    );
    const found = await check(rows);
    expect(found).toHaveLength(MAX_IMPORT_ROWS);
    expect(found.every(({ mrn_taken }) => mrn_taken)).toBe(true);
  }, 240_000);
});

describe('A server that is killed during an import', () => {
  /** What a connection of the killed server does at the moment of the kill. */
  const MOMENTS = ['INSERT INTO wardbell.patient AS p', 'FROM wardbell.append('];

  it.each(MOMENTS)(
    'at "%s" leaves all patients with their events, or none of either; sent again, they are there once',
    async (statement) => {
      const rows = rowsOf(MAX_IMPORT_ROWS);
      const key = randomUUID();
      const victim = await startAnother();
      const sent = ask(api.patientImports.run, {
        at: victim,
        token: clinic.admin,
        body: { patients: rows },
        headers: { 'idempotency-key': key },
      }).then(
        () => true,
        () => true,
      );
      let isAnswered = false;
      void sent.then(() => {
        isAnswered = true;
      });
      const running = () =>
        database.query(
          `SELECT pid FROM pg_stat_activity
           WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
             AND strpos(query, $1) > 0 AND strpos(query, 'pg_stat_activity') = 0`,
          [statement],
        );
      await eventually(async () => isAnswered || (await running()).length > 0, {
        what: 'the import at work',
      });
      await victim.kill('SIGKILL');
      await sent;
      await eventually(async () => (await running()).length === 0, { what: 'the end of its transaction' });
      const after = await patientsOf(clinic);
      expect([0, MAX_IMPORT_ROWS]).toContain(after);
      expect(await eventsOf(clinic)).toBe(after);
      const imports = () =>
        count(`SELECT count(*) FROM wardbell.audit WHERE scope = $1 AND action = 'patient.import'`, [
          clinic.id,
        ]);
      expect(await imports()).toBe(after === 0 ? 0 : 1);
      expect((await run(rows, key)).body).toEqual({ imported: MAX_IMPORT_ROWS });
      expect(await patientsOf(clinic)).toBe(MAX_IMPORT_ROWS);
      expect(await eventsOf(clinic)).toBe(MAX_IMPORT_ROWS);
      expect(await imports()).toBe(1);
    },
    240_000,
  );
});
