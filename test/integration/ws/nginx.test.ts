import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { describeWith } from '../../support/programs.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { openStream } from '../stream/raw-stream.js';
import { type Clinic, createClinic, createPatient, emit } from './clinic.js';
import { settled, tryConnect } from './handshake.js';
import { type Nginx, startNginx, startTlsNginx, type TlsNginx } from './nginx.js';
import { RawSocket } from './raw-socket.js';

useServer({ env: { TRUSTED_PROXIES: '127.0.0.1' } });

describeWith('nginx', 'Through nginx with our nginx.conf', () => {
  let nginx: Nginx;
  let clinic: Clinic;
  beforeAll(async () => {
    nginx = await startNginx(server.port);
    clinic = await createClinic(database);
  });
  afterAll(async () => {
    await nginx?.stop();
  });

  it.each(['query', 'header', 'subprotocol'] as const)(
    'a client connects with its token by %s and gets its events',
    async (by) => {
      const socket = await connect(nginx.wsUrl, { token: await clinic.token('clinician'), by });
      if (by === 'subprotocol') expect(socket.ws.protocol).toBe('wardbell.v1');
      const { id } = await createPatient(nginx, clinic);
      const event = await socket.waitFor(({ data }) => data?.['id'] === id);
      expect(event.type).toBe('patient_created');
      await settled(socket);
      await socket.close();
    },
  );

  it('an event stream and a long poll bring each event at once, and the log shows no ticket', async () => {
    const token = await clinic.token('clinician');
    const issued = await call(nginx.url, 'POST', '/stream/tickets', { token });
    const { ticket } = z.object({ ticket: z.string() }).parse(issued.body);
    const stream = await openStream(nginx.url, { query: { ticket } });
    const poll = call(nginx.url, 'GET', '/stream?wait=30', {
      token,
      headers: { accept: 'application/json' },
    });
    await eventually(async () => {
      const rows = await database.query(
        `SELECT id FROM wardbell.connection WHERE tenant_id = $1 AND client = 'node'`,
        [clinic.id],
      );
      return rows.length === 1;
    });
    const { id } = await createPatient(nginx, clinic);
    const seen = await stream.waitFor('patient_created');
    expect(seen.data?.['id']).toBe(id);
    expect((await poll).body).toMatchObject({ events: [{ data: { id } }] });
    expect(stream.headers).not.toHaveProperty('content-encoding');
    stream.close();
    await eventually(() => nginx.logs().includes('/api/v1/stream?***'));
    expect(nginx.logs()).not.toContain(ticket);
  });

  it('topics and options arrive', async () => {
    const socket = await connect(nginx.wsUrl, {
      token: await clinic.token('clinician'),
      topic: 'events',
      query: { types: 'task_updated' },
    });
    await emit(database, clinic, 'blog_posted');
    await emit(database, clinic, 'task_updated');
    await socket.waitFor('task_updated');
    expect(socket.events.map(({ type }) => type)).toEqual(['task_updated']);
    await socket.close();
  });

  it('close codes and reasons arrive', async () => {
    expect((await tryConnect(nginx.wsUrl)).refused).toEqual({
      code: 1008,
      reason: 'Missing authentication token',
    });
    const token = await clinic.token('clinician', { expiresInS: -1 });
    expect((await tryConnect(nginx.wsUrl, { token })).refused).toEqual({
      code: 4401,
      reason: 'Token expired',
    });
  });

  it('a page of the same origin connects, another does not', async () => {
    const token = await clinic.token('clinician');
    await (await connect(nginx.wsUrl, { token, headers: { origin: nginx.url } })).close();
    for (const origin of [server.url, 'https://evil.example']) {
      expect((await tryConnect(nginx.wsUrl, { token, headers: { origin } })).refused).toEqual({
        code: 4403,
        reason: 'Origin not allowed',
      });
    }
  });

  it('the server learns the address of the client, and not what the client claims', async () => {
    const socket = await connect(nginx.wsUrl, {
      token: await clinic.token('clinician'),
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
    const [row] = await database.query('SELECT address FROM wardbell.connection WHERE id = $1', [
      socket.frames[0]?.data?.['connection_id'],
    ]);
    expect(row?.['address']).toBe('127.0.0.1');
    await socket.close();
  });

  it('neither token nor search appears in a log, even while the server is away', async () => {
    const token = await clinic.token('clinician');
    const first = await connect(nginx.wsUrl, { token });
    await first.close();
    await call(nginx.url, 'GET', '/patients?search=Canary', { token });
    const down = await startNginx(1);
    const refused = new RawSocket(Number(new URL(down.url).port), `/ws?token=${token}&token=${token}`);
    expect(await refused.status()).toBe(503);
    refused.destroy();
    await eventually(() => nginx.logs().includes('"uri":"/ws?token=***"'), { what: 'the access log' });
    await eventually(() => nginx.logs().includes('"uri":"/api/v1/patients?***"'));
    await eventually(() => down.logs().includes('"status":503'));
    for (const logs of [nginx.logs(), down.logs()]) {
      expect(logs).not.toContain(token);
      expect(logs).not.toContain(token.split('.')[2]);
      expect(logs).not.toMatch(/canary/i);
    }
    await down.stop();
  });

  it.each(['/metrics', '/metrics/', '//metrics', '/%6detrics', '/metrics?x=1', '/./metrics'])(
    '%s is not public',
    async (path) => {
      // as it stands: fetch() would tidy the path up
      const socket = new RawSocket(Number(new URL(nginx.url).port), path);
      expect(await socket.status()).toBe(403);
      socket.destroy();
    },
  );

  it('health, API and console arrive', async () => {
    expect((await fetch(`${nginx.url}/health`)).status).toBe(200);
    expect((await fetch(`${nginx.url}/api/v1/patients`)).status).toBe(401);
    expect((await fetch(`${nginx.url}/`)).headers.get('content-type')).toContain('text/html');
  });

  it('sockets outlive a reload', async () => {
    const socket = await connect(nginx.wsUrl, { token: await clinic.token('clinician') });
    await nginx.reload();
    await emit(database, clinic, 'task_updated');
    await socket.waitFor('task_updated');
    await settled(socket);
    await socket.close();
  });

  describe('while every server is away', () => {
    let away: Nginx;
    beforeAll(async () => {
      away = await startNginx(1, 2);
    });
    afterAll(() => away?.stop());

    it.each(['/api/v1/patients', '/health', '/'])(
      '%s is answered with a problem document that says when to try again',
      async (path) => {
        const answer = await fetch(`${away.url}${path}`);
        expect(answer.status).toBe(503);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(await answer.json()).toMatchObject({
          type: 'urn:wardbell:problem:unavailable',
          title: expect.any(String),
          status: 503,
          code: 'unavailable',
        });
      },
    );
  });

  it('requests over its own limit get a problem document that says when to try again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 400 }, () => fetch(`${nginx.url}/api/v1/patients`)),
    );
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('content-type')).toBe('application/problem+json');
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused?.json()).toMatchObject({ status: 429, code: 'too_many_attempts' });
  });

  it('what the server refuses itself arrives as it said it', async () => {
    const answer = await fetch(`${nginx.url}/api/v1/nothing`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });

  describe('one id joins the logs of nginx and of the server', () => {
    const serverLines = (id: string) => server.logs().filter((line) => line['request_id'] === id);

    it('for a request, whose answer carries it, whatever id the client claims', async () => {
      const claimed = 'f'.repeat(32);
      const answer = await fetch(`${nginx.url}/api/v1/patients`, { headers: { 'x-request-id': claimed } });
      const id = answer.headers.get('x-request-id') ?? '';
      expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(id).not.toBe(claimed);
      await eventually(() => nginx.logs().includes(`"request_id":"${id}"`), { what: 'the log of nginx' });
      await eventually(() => serverLines(id).length > 0, { what: 'the log of the server' });
    });

    it('for a socket', async () => {
      const socket = await connect(nginx.wsUrl, { token: await clinic.token('clinician') });
      const connectionId = socket.frames[0]?.data?.['connection_id'];
      const line = await eventually(() =>
        server
          .logs()
          .find((each) => each.msg === 'client connected' && each['connection_id'] === connectionId),
      );
      await socket.close();
      // nginx writes its line when the connection ends
      await eventually(() => nginx.logs().includes(`"request_id":"${line['request_id']}"`));
    });
  });

  describe('with TLS, as the file is', () => {
    let tls: TlsNginx;
    beforeAll(async () => {
      tls = await startTlsNginx(server.port);
    });
    afterAll(() => tls?.stop());

    /** An answer with each of its headers as it came. */
    const fetchOverTls = (path: string) =>
      new Promise<{ status: number | undefined; raw: readonly string[] }>((resolve, reject) => {
        get(`${tls.url}${path}`, { ca: tls.certificate }, (response) => {
          response.resume();
          resolve({ status: response.statusCode, raw: response.rawHeaders });
        }).on('error', reject);
      });

    it.each([
      ['/', 200],
      ['/health', 200],
      ['/api/v1/patients', 401],
      ['/api/docs', 200],
      ['/metrics', 403],
    ])('%s says once that it wants TLS, for this host only', async (path, status) => {
      const answer = await fetchOverTls(path);
      expect(answer.status).toBe(status);
      const values = answer.raw.filter(
        (_, index) => answer.raw[index - 1]?.toLowerCase() === 'strict-transport-security',
      );
      expect(values).toEqual(['max-age=31536000']);
    });

    it('without TLS nothing asks for it, and one is sent to where it is', async () => {
      expect((await fetch(`${nginx.url}/health`)).headers.has('strict-transport-security')).toBe(false);
      expect((await fetch(`${server.url}/health`)).headers.has('strict-transport-security')).toBe(false);
      const redirect = await fetch(`${tls.plainUrl}/patients/?id=1`, { redirect: 'manual' });
      expect(redirect.status).toBe(308);
      expect(redirect.headers.get('location')).toBe('https://127.0.0.1/patients/?id=1');
    });

    it('without TLS programs are refused and not redirected, so that none goes on without it unnoticed', async () => {
      for (const path of [
        '/api/v1/patients',
        '/api/v1',
        '/ws',
        '/ws/patients?token=x',
        '/metrics',
        '/health/live',
      ]) {
        const answer = await fetch(`${tls.plainUrl}${path}`, { redirect: 'manual' });
        expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 403, null]);
      }
    });

    it('the proof of an ACME client is the only thing that is served without TLS', async () => {
      const folder = join(tls.acmeRoot, '.well-known/acme-challenge');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'token'), 'token.thumbprint');
      const proof = await fetch(`${tls.plainUrl}/.well-known/acme-challenge/token`, { redirect: 'manual' });
      expect([proof.status, await proof.text()]).toEqual([200, 'token.thumbprint']);
      for (const path of ['/', '/.well-known/', '/api/docs', '/patients/', '/wsx']) {
        const answer = await fetch(`${tls.plainUrl}${path}`, { redirect: 'manual' });
        expect([path, answer.status]).toEqual([path, 308]);
      }
    });

    it.each([
      ['TLSv1.1', { maxVersion: 'TLSv1.1' }],
      [
        'a suite without authenticated encryption',
        { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' },
      ],
    ] as const)('%s is refused', async (_, options) => {
      const handshake = connectTls({
        ...{
          host: '127.0.0.1',
          port: Number(new URL(tls.url).port),
          ca: tls.certificate,
          minVersion: 'TLSv1',
        },
        ...options,
      });
      await expect(once(handshake, 'secureConnect')).rejects.toThrow();
    });

    it('a client connects and gets its events', async () => {
      const ws = new WebSocket(`${tls.wsUrl}?token=${await clinic.token('clinician')}`, {
        ca: tls.certificate,
      });
      let text = '';
      ws.on('message', (data) => {
        text += String(data);
      });
      await eventually(() => text.includes('"connected"'));
      const { id } = await createPatient(nginx, clinic);
      await eventually(() => text.includes(id));
      ws.terminate();
    });
  });
});
