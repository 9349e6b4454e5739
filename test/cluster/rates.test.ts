import { describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../support/fixture.js';
import { connect, TestSocket } from '../support/socket.js';
import { type Clinic, createClinic } from './support/clinic.js';

/** A tenant may try to connect as often as ten addresses. */
const TENANT_ATTEMPTS = 50;

useServer({ env: { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '5', TRUSTED_PROXIES: '127.0.0.1' } });

describe('rates of a tenant', () => {
  let addresses = 0;
  const fromAnywhere = () => ({ 'x-forwarded-for': `10.0.${addresses >> 8}.${addresses++ & 255}` });
  const open = async (clinic: Clinic): Promise<TestSocket> =>
    connect(server.wsUrl, { token: await clinic.token(), headers: fromAnywhere() });

  it('refuse a clinic whose many addresses try too often, and nobody else', async () => {
    const [clinic, other] = [await createClinic(database), await createClinic(database)];
    await clinic.setLimits({ connections: 1 });
    const first = await open(clinic);
    const attempt = async (): Promise<string> => {
      const socket = new TestSocket(server.wsUrl, { token: await clinic.token(), headers: fromAnywhere() });
      return (await socket.closed()).reason;
    };
    const reasons: string[] = [];
    for (let count = 1; count < TENANT_ATTEMPTS; count++) reasons.push(await attempt());
    expect(new Set(reasons)).toEqual(new Set(['Tenant connection limit reached']));
    // more than are earned back meanwhile, also on a slow machine
    const burst = await Promise.all(Array.from({ length: 3 * TENANT_ATTEMPTS }, attempt));
    expect(burst).toContain('Too many connection attempts');
    await (await open(other)).close();
    expect(first.ws.readyState).toBe(first.ws.OPEN);
    await first.close();
  });
});
