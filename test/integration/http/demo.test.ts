import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api, TokenAnswer } from '@wardbell/contract';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { call } from '../../support/http.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { everyPage, succeed } from './harness.js';

/** As the banner prints them: clinic, role, address, password. */
const LOGIN = /^(.+?) {2,}(super_admin|tenant_admin|clinician|front_desk) +(\S+@\S+) +(\S.*)$/;

describe('The demonstration', () => {
  const databases: TestDatabase[] = [];
  const folders: string[] = [];
  let server: RunningServer;
  let dataDir: string;

  const start = async (database: TestDatabase, dir: string, traffic = false) =>
    startServer({ database, env: { DEMO: 'true', DATA_DIR: dir, DEMO_TRAFFIC: String(traffic) } });
  const newDatabase = async () => {
    const database = await createDatabase();
    databases.push(database);
    return database;
  };
  const newFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), 'wardbell-demo-'));
    folders.push(folder);
    return folder;
  };
  const logins = async (running: RunningServer) =>
    eventually(
      () => {
        const rows = running
          .output()
          .split('\n')
          .map((line) => LOGIN.exec(line.trim()))
          .filter((match) => match !== null)
          .map(([, clinic = '', role = '', email = '', password = '']) => ({
            clinic,
            role,
            email,
            password,
          }));
        return rows.length > 0 && running.output().includes('Ctrl-C') ? rows : undefined;
      },
      { what: 'the logins being printed' },
    );
  const signIn = async (running: RunningServer, { email, password }: { email: string; password: string }) => {
    const answer = await call(running.url, 'POST', '/auth/login', { body: { email, password } });
    return TokenAnswer.parse(answer.body).access_token;
  };

  beforeAll(async () => {
    dataDir = newFolder();
    server = await start(await newDatabase(), dataDir, true);
  });
  afterAll(async () => {
    await server?.stop();
    for (const database of databases) await database.drop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('prints logins of every role that work, and keeps no password in a file that others may read', async () => {
    const rows = await logins(server);
    expect(new Set(rows.map(({ role }) => role))).toEqual(
      new Set(['super_admin', 'tenant_admin', 'clinician', 'front_desk']),
    );
    for (const row of rows) expect(await signIn(server, row)).toMatch(/^ey/);
    expect(statSync(join(dataDir, 'demo-logins-key')).mode & 0o777).toBe(0o600);
    expect(
      server.logs().every((line) => rows.every(({ password }) => !JSON.stringify(line).includes(password))),
    ).toBe(true);
  });

  it('has clinics with patients, a week of appointments, and their events', async () => {
    const rows = await logins(server);
    for (const row of rows.filter(({ role }) => role === 'tenant_admin')) {
      const token = await signIn(server, row);
      const list = await succeed(api.patients.list, { at: server, token, query: { limit: 200 } });
      expect(list.data).toHaveLength(200);
      expect(list.next).not.toBeNull();
      expect(list.seq).toBeGreaterThan(500);
      const week = await everyPage(api.appointments.list, { at: server, token, query: { limit: 200 } });
      const statuses = new Set(week.map(({ status }) => status));
      // yesterday's, tomorrow's, and those that wait for a time
      expect([...statuses]).toEqual(expect.arrayContaining(['fulfilled', 'cancelled', 'booked']));
      expect(statuses.has('waitlist') || statuses.has('proposed')).toBe(true);
      expect(await succeed(api.audit.verify, { at: server, token })).toMatchObject({ ok: true });
      const events = await succeed(api.events.list, { at: server, token, query: { limit: 1 } });
      expect(events.data[0]).toMatchObject({ seq: 1, type: 'patient_created' });
    }
  });

  it('moves by itself when asked to, by the rules that hold for people', async () => {
    const desk = (await logins(server)).filter(({ role }) => role === 'front_desk');
    const sockets = await Promise.all(
      desk.map(async (row) => connect(server.wsUrl, { token: await signIn(server, row) })),
    );
    const frame = await eventually(() => sockets.flatMap((socket) => socket.events)[0], {
      what: 'something happening in a clinic',
    });
    expect(frame.type).toMatch(/^(patient|appointment)_/);
    for (const socket of sockets) await socket.close();
  });

  it('is the same people again in another empty database, and with other passwords elsewhere', async () => {
    const other = await newDatabase();
    const second = await start(other, newFolder());
    try {
      const names = async (database: TestDatabase | undefined) =>
        database?.query(
          `SELECT t.slug, p.first_name, p.last_name, p.mrn, p.birth_date FROM wardbell.patient p
           JOIN wardbell.tenant t ON t.id = p.tenant_id ORDER BY 1, 4 LIMIT 50`,
        );
      expect(await names(other)).toEqual(await names(databases[0]));
      const first = (await logins(server)).find(({ role }) => role === 'tenant_admin');
      const passwords = (await logins(second)).map(({ password }) => password);
      expect(passwords).not.toContain(first?.password);
    } finally {
      await second.stop();
    }
  });

  it('is not made again, keeps its logins, and leaves a database with tenants alone', async () => {
    const database = await newDatabase();
    const dir = newFolder();
    const first = await start(database, dir);
    const before = await logins(first);
    await database.query(`DELETE FROM wardbell.patient WHERE tenant_id IN (SELECT id FROM wardbell.tenant LIMIT 1)
      AND id NOT IN (SELECT patient_id FROM wardbell.appointment)`);
    const rows = await database.query('SELECT count(*) FROM wardbell.patient');
    await first.stop();
    const second = await start(database, dir);
    expect(await logins(second)).toEqual(before);
    expect(await database.query('SELECT count(*) FROM wardbell.patient')).toEqual(rows);
    await second.stop();
  });

  it('goes on where a start was cut off', async () => {
    const database = await newDatabase();
    const dir = newFolder();
    await (await start(database, dir)).stop();
    // as if it had been killed before it came to the last clinic
    await database.query(
      `DELETE FROM wardbell.appointment a USING wardbell.tenant t WHERE t.id = a.tenant_id AND slug = 'lindenhof'`,
    );
    await database.query(
      `DELETE FROM wardbell.patient p USING wardbell.tenant t WHERE t.id = p.tenant_id AND slug = 'lindenhof'`,
    );
    await database.query(
      `UPDATE wardbell.tenant_head h SET seq = 0 FROM wardbell.tenant t WHERE t.id = h.tenant_id AND slug = 'lindenhof'`,
    );
    await database.query(
      `DELETE FROM wardbell.outbox o USING wardbell.tenant t WHERE t.id = o.tenant_id AND slug = 'lindenhof'`,
    );
    await (await start(database, dir)).stop();
    const rows = await database.query('SELECT count(*)::int AS n FROM wardbell.patient GROUP BY tenant_id');
    expect(rows).toEqual([{ n: 300 }, { n: 300 }, { n: 300 }]);
  });
});
