import { beforeAll, describe, expect, it } from '@jest/globals';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import type { RunningServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { type Clinic, createClinic, createPatient, superToken } from './clinic.js';
import { tryConnect } from './handshake.js';
import { RawSocket } from './raw-socket.js';

const ORIGIN = { code: 4403, reason: 'Origin not allowed' };

useServer({
  env: { ALLOWED_ORIGINS: 'https://clinic.example, http://localhost:3000', METRICS_TOKEN: 'scrape-me' },
});

describe('The environment', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic(database);
  });

  describe('with ALLOWED_ORIGINS', () => {
    const from = async (origin: string) => {
      const token = await clinic.token('clinician');
      const { socket, refused } = await tryConnect(server.wsUrl, { token, headers: { origin } });
      if (refused === undefined) await socket.close();
      return refused;
    };

    it.each(['https://clinic.example', 'http://localhost:3000'])('lets in a page of %s', async (origin) => {
      expect(await from(origin)).toBeUndefined();
    });

    it('lets in a page of its own origin: the console, and programs, which send none', async () => {
      expect(await from(server.url)).toBeUndefined();
      await (await connect(server.wsUrl, { token: await clinic.token('clinician') })).close();
    });

    it.each([
      'http://clinic.example',
      'https://clinic.example:8443',
      'https://clinic.example.evil.example',
      'https://evil.example',
      'https://sub.clinic.example',
      'http://localhost:3001',
      'null',
    ])('closes 4403 a page of %s', async (origin) => {
      expect(await from(origin)).toEqual(ORIGIN);
    });
  });

  describe('with METRICS_TOKEN', () => {
    const scraping = (authorization?: string) =>
      fetch(`${server.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } });

    it('gives metrics to who brings it', async () => {
      const response = await scraping('Bearer scrape-me');
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('websocket_connections_total');
    });

    it.each([
      ['nothing', undefined],
      ['another token', 'Bearer scrape-mE'],
      ['a part of it', 'Bearer scrape'],
      ['it under another scheme', 'Basic scrape-me'],
    ])('refuses 401 who brings %s', async (_, authorization) => {
      const response = await scraping(authorization);
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain('websocket_');
    });

    it('refuses an access token, of a super admin too: it is for machines', async () => {
      expect((await scraping(`Bearer ${await superToken()}`)).status).toBe(401);
    });
  });

  describe('with ENABLE_WEBSOCKET=false', () => {
    let quiet: RunningServer;
    beforeAll(async () => {
      quiet = await startAnother({ ENABLE_WEBSOCKET: 'false' });
    });

    it('answers 404 to an upgrade, with a good token too', async () => {
      const token = await clinic.token('clinician');
      for (const path of ['/ws', `/ws?token=${token}`, `/ws/patients?token=${token}`]) {
        const socket = new RawSocket(quiet.port, path);
        expect(await socket.status()).toBe(404);
        socket.destroy();
      }
    });

    it('serves the API and writes the log all the same, for those who ask later', async () => {
      const own = await createClinic(database);
      await createPatient(quiet, own);
      const token = await own.token('tenant_admin');
      const { status, body } = await call(quiet.url, 'GET', '/events', { token });
      expect(status).toBe(200);
      expect(body).toMatchObject({ data: [{ type: 'patient_created', seq: 1 }] });
      expect((await fetch(`${quiet.url}/health/ready`)).status).toBe(200);
    });
  });
});
