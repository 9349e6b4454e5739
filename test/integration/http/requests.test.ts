import { once } from 'node:events';
import { createConnection } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, Problem } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { eventually, expectWithin } from '../../support/wait.js';
import { ask, type Clinic, committedEvents, createClinic, fail } from './harness.js';

useServer();
const PATIENT = { first_name: 'Ada', last_name: 'Example' };

describe('What a request must be', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });

  const raw = async (path: string, init: RequestInit) => {
    const response = await fetch(`${server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${clinic.clinician}`, ...init.headers },
    });
    const problem = Problem.parse(await response.json());
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    return { response, outcome: [response.status, problem.code] };
  };
  const json = { 'content-type': 'application/json' };

  it.each([
    ['broken JSON', '{"first_name":', json, 400, 'malformed_request'],
    ['a prototype in disguise', '{"__proto__":{"x":1}}', json, 400, 'malformed_request'],
    [
      'a form',
      'first_name=Ada',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported_media_type',
    ],
    ['plain text', 'Ada', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['more than 64 KiB', JSON.stringify({ notes: 'x'.repeat(64 * 1024) }), json, 413, 'payload_too_large'],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`, json, 400, 'malformed_request'],
    ['nothing', '', json, 422, 'validation_failed'],
    ['an array', '[]', json, 422, 'validation_failed'],
    ['null', 'null', json, 422, 'validation_failed'],
  ])('refuses %s', async (_, body, headers, status, code) => {
    const { outcome } = await raw('/api/v1/patients', { method: 'POST', body, headers });
    expect(outcome).toEqual([status, code]);
  });

  it.each([
    ['/auth/login', 8 * 1024],
    ['/auth/password', 8 * 1024],
    ['/patients', 64 * 1024],
    ['/events', 1024 * 1024],
  ])('reads bodies of %s up to %i bytes, and answers 413 beyond', async (path, limit) => {
    const post = async (size: number) => {
      const body = JSON.stringify('x'.repeat(size - 2));
      const headers = { ...json, authorization: `Bearer ${clinic.admin}` };
      return (await raw(`/api/v1${path}`, { method: 'POST', body, headers })).outcome;
    };
    expect(await post(limit)).toEqual([422, 'validation_failed']);
    expect(await post(limit + 1)).toEqual([413, 'payload_too_large']);
  });

  it('refuses a caller without a valid token before it reads the body, which is still being sent', async () => {
    const refused = async (headers: string, body: string) => {
      const socket = createConnection(server.port, '127.0.0.1');
      let received = '';
      socket.setEncoding('latin1').on('data', (text) => {
        received += text;
      });
      socket.write(`POST /api/v1/patients HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n\r\n${body}`);
      await eventually(() => received.includes('\r\n\r\n{'));
      socket.destroy();
      return received.slice(0, 'HTTP/1.1 401'.length);
    };
    const large = 'Content-Type: application/json\r\nContent-Length: 8000000';
    expect(await refused(large, '[')).toBe('HTTP/1.1 401');
    expect(await refused(`Authorization: Bearer x.y.z\r\n${large}`, '[')).toBe('HTTP/1.1 401');
    // forms and broken JSON too: what the body is remains unknown
    expect(await refused('Content-Type: text/plain\r\nContent-Length: 9', 'not JSON!')).toBe('HTTP/1.1 401');
    expect(await refused('Content-Type: application/json\r\nContent-Length: 1', '{')).toBe('HTTP/1.1 401');
  });

  it('spends nothing on brackets that strangers send: the health check stays as fast as it was', async () => {
    const healthMs = async () => {
      const startMs = performance.now();
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
      return performance.now() - startMs;
    };
    const strangers = new AbortController();
    const flood = async () => {
      const body = '['.repeat(1024 * 1024);
      for (const path of ['/patients', '/auth/login', '/events']) {
        if (strangers.signal.aborted) return;
        const answer = await fetch(`${server.url}/api/v1${path}`, { method: 'POST', body, headers: json });
        expect([401, 413]).toContain(answer.status);
        await answer.text();
      }
    };
    const flooding = Promise.all(
      Array.from({ length: 2 }, async () => {
        while (!strangers.signal.aborted) await flood();
      }),
    );
    await expectWithin(50, async () => {
      const tries: number[] = [];
      for (let made = 0; made < 20; made++) tries.push(await healthMs());
      return tries.sort((a, b) => a - b)[10];
    });
    strangers.abort();
    await flooding;
  });

  it('answers a body that is too large while it is being sent, and the next request on the same connection', async () => {
    const socket = createConnection(server.port, '127.0.0.1');
    let received = '';
    socket.setEncoding('latin1').on('data', (text) => {
      received += text;
    });
    const closed = once(socket, 'close');
    const head = `Host: 127.0.0.1\r\nAuthorization: Bearer ${clinic.clinician}\r\nContent-Type: application/json\r\n`;
    const size = 8 * 1024 * 1024;
    socket.write(`POST /api/v1/patients HTTP/1.1\r\n${head}Content-Length: ${size}\r\n\r\n{`);
    await eventually(() => received.includes('payload_too_large'));
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    received = '';
    for (let sent = 1; sent < size; sent += 65_536) {
      if (!socket.write(' '.repeat(Math.min(65_536, size - sent)))) await once(socket, 'drain');
    }
    socket.write(`GET /api/v1/auth/me HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
    await closed;
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is no failure of the server when its client hangs up in the middle of the body', async () => {
    const socket = createConnection({ port: server.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const head = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    socket.write(`${head}Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n`);
    await once(socket, 'data'); // the server is reading
    socket.write('{"email":');
    socket.resetAndDestroy();
    const ofLogin = () => server.logs().filter((line) => JSON.stringify(line).includes('/api/v1/auth/login'));
    const known = ofLogin().length;
    await raw('/api/v1/auth/login', { method: 'POST', body: '{', headers: json });
    await eventually(() => ofLogin().length > known, { what: 'the log of the next request' });
    expect(server.logs().filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is no failure of the server when its client has gone before it is read', async () => {
    // a server that is busy for a moment
    process.kill(server.pid, 'SIGSTOP');
    try {
      const socket = createConnection({ port: server.port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      const head = 'POST /api/v1/auth/passkey-login/options HTTP/1.1\r\nHost: x\r\n';
      await new Promise((resolve) => socket.write(`${head}Content-Length: 0\r\n\r\n`, resolve));
      socket.resetAndDestroy();
      await once(socket, 'close');
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    const ofLogin = () => server.logs().filter((line) => JSON.stringify(line).includes('/api/v1/auth/login'));
    const known = ofLogin().length;
    await raw('/api/v1/auth/login', { method: 'POST', body: '{', headers: json });
    await eventually(() => ofLogin().length > known, { what: 'the log of the next request' });
    expect(server.logs().filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('tells a method that is not offered from a path that is not there', async () => {
    const wrongMethod = await raw('/api/v1/patients', { method: 'PUT', body: '{}', headers: json });
    expect(wrongMethod.outcome).toEqual([405, 'method_not_allowed']);
    expect(wrongMethod.response.headers.get('allow')).toBe('GET, POST');
    const wrongGet = await raw('/api/v1/auth/login', { method: 'GET' });
    expect(wrongGet.outcome).toEqual([405, 'method_not_allowed']);
    expect((await raw('/api/v1/nothing', { method: 'GET' })).outcome).toEqual([404, 'not_found']);
    expect((await raw('/api/v1/nothing', { method: 'POST', body: '{}', headers: json })).outcome).toEqual([
      404,
      'not_found',
    ]);
  });

  it('answers a URL that cannot be decoded, and one that is too long', async () => {
    expect((await raw('/api/v1/patients/%zz', { method: 'GET' })).outcome[0]).toBe(400);
    expect((await raw(`/api/v1/patients/${'a'.repeat(2_000)}`, { method: 'GET' })).outcome[0]).toBeLessThan(
      500,
    );
  });

  it('says of each field what is wrong, and never what was sent', async () => {
    const answer = await ask(api.patients.create, {
      token: clinic.clinician,
      body: {
        last_name: '',
        birth_date: '2999-01-01',
        gender: 'Zanzibar',
        email: 'Zanzibar',
        phone: 'Zanzibar'.repeat(9),
        notes: 7,
        zanzibar_field: 1,
        'Zanzibar Name': 1,
      },
    });
    const problem = Problem.parse(answer.body);
    expect([answer.status, problem.code]).toEqual([422, 'validation_failed']);
    expect(problem.errors?.map(({ path }) => path).sort()).toEqual([
      '',
      'birth_date',
      'email',
      'first_name',
      'gender',
      'last_name',
      'notes',
      'phone',
    ]);
    expect(problem.errors).toContainEqual({ path: 'first_name', message: 'is required' });
    expect(JSON.stringify(problem)).not.toContain('Zanzibar');
  });

  it.each([
    ['a zero character', { first_name: 'A\u0000da' }],
    ['half a surrogate pair', { first_name: 'A\ud800da' }],
    ['a blank name', { first_name: '   ' }],
    ['a name of 201 characters', { first_name: 'a'.repeat(201) }],
    ['notes of 10,001 characters', { notes: 'a'.repeat(10_001) }],
    ['a day that no calendar has', { birth_date: '2023-02-29' }],
    ['a time for a day', { birth_date: '2023-02-28T00:00:00Z' }],
  ])('refuses %s', async (_, body) => {
    expect(
      await fail(api.patients.create, { token: clinic.clinician, body: { ...PATIENT, ...body } }),
    ).toEqual([422, 'validation_failed']);
  });

  it('keeps text as it was sent, in any script', async () => {
    const body = {
      first_name: 'Zoë 王',
      last_name: 'O\'Neil \\ %_"',
      notes: 'line 1\nline 2\ttab 🩺',
      phone: '+1 (0)',
    };
    const answer = await ask(api.patients.create, { token: clinic.clinician, body });
    expect(answer.body).toMatchObject(body);
  });

  it('keeps limits of 200 and 10,000 characters to the letter', async () => {
    const body = { first_name: 'a'.repeat(200), last_name: '字'.repeat(200), notes: '字'.repeat(10_000) };
    const answer = await ask(api.patients.create, { token: clinic.clinician, body });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject(body);
  });

  it.each([
    ['limit', { limit: 0 }],
    ['limit', { limit: 201 }],
    ['limit', { limit: 'many' }],
    ['after', { after: 'bm90IGEgY3Vyc29y' }],
    ['after', { after: '' }],
    ['search', { search: 'a'.repeat(201) }],
  ])('refuses a list with a wrong %s: %j', async (path, query) => {
    const answer = await ask(api.patients.list, { token: clinic.clinician, query });
    expect(answer.status).toBe(422);
    expect(Problem.parse(answer.body).errors?.map((error) => error.path)).toEqual([path]);
  });

  it('refuses a parameter of a query that comes twice', async () => {
    for (const query of ['limit=1&limit=2', 'search=a&search=b']) {
      const { outcome } = await raw(`/api/v1/patients?${query}`, { method: 'GET' });
      expect([query, ...outcome]).toEqual([query, 422, 'validation_failed']);
    }
  });

  it('refuses dates that no database knows without a failure of its own', async () => {
    expect(
      await fail(api.appointments.list, { token: clinic.clinician, query: { from: '0000-01-01' } }),
    ).toEqual([422, 'validation_failed']);
  });

  it('lets front desk neither write nor see notes, whatever else is wrong', async () => {
    const body = { ...PATIENT, notes: 'x', gender: 'wrong' };
    expect(await fail(api.patients.create, { token: clinic.frontDesk, body })).toEqual([
      403,
      'field_not_allowed',
    ]);
    const made = await ask(api.patients.create, {
      token: clinic.clinician,
      body: { ...PATIENT, notes: 'seen by clinicians' },
    });
    const id = String(Reflect.get(Object(made.body), 'id'));
    expect(await fail(api.patients.update, { token: clinic.frontDesk, id, body: { notes: null } })).toEqual([
      403,
      'field_not_allowed',
    ]);
    for (const request of [
      () => ask(api.patients.get, { token: clinic.frontDesk, id }),
      () => ask(api.patients.update, { token: clinic.frontDesk, id, body: { phone: '5' } }),
    ]) {
      expect((await request()).body).not.toHaveProperty('notes');
    }
    const list = await ask(api.patients.list, { token: clinic.frontDesk });
    expect(JSON.stringify(list.body)).not.toContain('seen by clinicians');
    expect((await ask(api.patients.get, { token: clinic.clinician, id })).body).toMatchObject({
      notes: 'seen by clinicians',
      phone: '5',
    });
  });

  it('generates an MRN, refuses one that is taken, and lets another tenant have the same', async () => {
    const other = await createClinic();
    const body = { ...PATIENT, mrn: 'M-1' };
    const first = await ask(api.patients.create, { token: clinic.clinician, body });
    const second = await ask(api.patients.create, { token: clinic.clinician, body: PATIENT });
    expect(second.body).toMatchObject({ mrn: expect.stringMatching(/^P-[0-9A-HJKMNP-TV-Z]{8}$/) });
    expect(await fail(api.patients.create, { token: clinic.clinician, body })).toEqual([409, 'mrn_taken']);
    const id = String(Reflect.get(Object(second.body), 'id'));
    expect(await fail(api.patients.update, { token: clinic.clinician, id, body: { mrn: 'M-1' } })).toEqual([
      409,
      'mrn_taken',
    ]);
    expect((await ask(api.patients.create, { token: other.clinician, body })).status).toBe(201);
    expect(first.status).toBe(201);
  });

  it('does not let the front desk delete a patient with clinical notes, which it cannot see', async () => {
    const own = await createClinic();
    const register = async (notes?: string) => {
      const made = await ask(api.patients.create, { token: own.clinician, body: { ...PATIENT, notes } });
      return String(Reflect.get(Object(made.body), 'id'));
    };
    const [noted, plain] = [await register('allergic'), await register()];
    expect(await fail(api.patients.remove, { token: own.frontDesk, id: noted })).toEqual([
      403,
      'has_clinical_notes',
    ]);
    expect((await ask(api.patients.remove, { token: own.frontDesk, id: plain })).status).toBe(204);
    expect((await ask(api.patients.remove, { token: own.clinician, id: noted })).status).toBe(204);
  });

  it('writes an event and an audit row for each write, and none for a refused one', async () => {
    const own = await createClinic();
    const made = await ask(api.patients.create, {
      token: own.clinician,
      body: { ...PATIENT, mrn: 'A' },
    });
    const id = String(Reflect.get(Object(made.body), 'id'));
    await ask(api.patients.update, { token: own.clinician, id, body: { phone: '1', notes: 'n' } });
    await ask(api.patients.create, { token: own.clinician, body: { ...PATIENT, mrn: 'A' } });
    await ask(api.patients.remove, { token: own.clinician, id });
    const events = await committedEvents(own.id);
    expect(events.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'patient_created'],
      [2, 'patient_updated'],
      [3, 'patient_deleted'],
    ]);
    expect(events[1]?.data).toMatchObject({ id, phone: '1', notes: 'n', version: 2, tenant_id: own.id });
    expect(events[2]?.data).toEqual({ patient_id: id, tenant_id: own.id, version: 3 });
    const audit = await database.query(
      'SELECT action, changed, patient_id FROM wardbell.audit WHERE scope = $1 ORDER BY seq',
      [own.id],
    );
    expect(audit).toEqual([
      { action: 'patient.create', changed: ['mrn', 'first_name', 'last_name'], patient_id: id },
      { action: 'patient.update', changed: ['phone', 'notes'], patient_id: id },
      { action: 'patient.delete', changed: [], patient_id: id },
    ]);
  });
});
