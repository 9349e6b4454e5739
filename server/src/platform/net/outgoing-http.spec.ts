import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../config/config.js';
import { OutgoingError, OutgoingHttp } from './outgoing-http.js';

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function listen(listener: RequestListener): Promise<number> {
  const server = http.createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const config = (env: NodeJS.ProcessEnv = {}) =>
  loadConfig({
    JWT_SECRET: 'a secret of the test run that is long enough',
    SUPER_ADMIN_EMAIL: 'root@wardbell.test',
    SUPER_ADMIN_PASSWORD: 'the password of the test run',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1',
    ...env,
  });

/** What became of a request: its status, or why there was none. */
async function post(outgoing: OutgoingHttp, url: string, timeoutMs = 30_000): Promise<number | string> {
  const { signal } = new AbortController();
  try {
    const body = Buffer.from('{}');
    return (await outgoing.post({ url, headers: {}, body, timeoutMs, signal })).status;
  } catch (error) {
    if (error instanceof OutgoingError) return error.reason;
    throw error;
  }
}

describe('A request to a foreign URL', () => {
  it('goes to the address that was checked, whatever the name resolves to later', async () => {
    const port = await listen((_, response) => response.writeHead(202).end());
    const answers = [[v4('127.0.0.1')], [v4('169.254.169.254')]];
    let lookups = 0;
    const outgoing = new OutgoingHttp(config(), async () => answers[lookups++] ?? []);
    expect(await post(outgoing, `http://rebinding.test:${port}/`)).toBe(202);
    expect(lookups).toBe(1);
    expect(await post(outgoing, `http://rebinding.test:${port}/`)).toBe('address_refused');
  });

  it('is not sent to an address that is refused, beside others or alone', async () => {
    let requests = 0;
    const port = await listen((_, response) => {
      requests++;
      response.end();
    });
    const outgoing = new OutgoingHttp(config({ WEBHOOK_ALLOWED_NETWORKS: '' }), async (host) =>
      host === 'mixed.test' ? [v4('127.0.0.1'), v4('10.0.0.1')] : [v4(host)],
    );
    expect(await post(outgoing, `http://mixed.test:${port}/`)).toBe('address_refused');
    expect(await post(outgoing, `http://127.0.0.1:${port}/`)).toBe('address_refused');
    // the notations of 127.0.0.1 that URLs have
    expect(await post(outgoing, `http://2130706433:${port}/`)).toBe('address_refused');
    expect(await post(outgoing, `http://0x7f.1:${port}/`)).toBe('address_refused');
    expect(requests).toBe(0);
    const open = new OutgoingHttp(config(), async () => [v4('10.0.0.1'), v4('127.0.0.1')]);
    expect([await post(open, `http://mixed.test:${port}/`), requests]).toEqual([200, 1]);
  });

  it('follows no redirect', async () => {
    const port = await listen(({ url }, response) =>
      response.writeHead(url === '/elsewhere' ? 200 : 302, { location: '/elsewhere' }).end(),
    );
    expect(await post(new OutgoingHttp(config()), `http://127.0.0.1:${port}/`)).toBe(302);
  });

  it('ends after its time, also while a name is looked up', async () => {
    const port = await listen(() => undefined);
    expect(await post(new OutgoingHttp(config()), `http://127.0.0.1:${port}/`, 50)).toBe('timeout');
    const stuck = new OutgoingHttp(config(), () => new Promise(() => undefined));
    expect(await post(stuck, 'http://slow.test/', 50)).toBe('timeout');
  });

  it('has its answer with the status, however large or slow the body is', async () => {
    const port = await listen(({ url }, response) => {
      response.writeHead(200);
      if (url === '/large') response.end(Buffer.alloc(10 * 1024 * 1024));
      else response.write('never ends');
    });
    const outgoing = new OutgoingHttp(config());
    expect(await post(outgoing, `http://127.0.0.1:${port}/large`)).toBe(200);
    expect(await post(outgoing, `http://127.0.0.1:${port}/slow`)).toBe(200);
  });

  it('uses https only in production', async () => {
    const outgoing = new OutgoingHttp(config({ NODE_ENV: 'production' }));
    expect(outgoing.isPossible(new URL('http://example.org/'))).toBe(false);
    expect(outgoing.isPossible(new URL('https://example.org/'))).toBe(true);
    expect(await post(outgoing, 'http://127.0.0.1:1/')).toBe('address_refused');
  });

  it('says why there was no answer', async () => {
    const port = await listen(({ socket }) => socket.destroy());
    const outgoing = new OutgoingHttp(config());
    expect(await post(outgoing, `http://127.0.0.1:${port}/`)).toBe('connection_failed');
    expect(await post(outgoing, `https://127.0.0.1:${port}/`)).toBe('tls_failed');
    const unknown = new OutgoingHttp(config(), () => Promise.reject(new Error('ENOTFOUND')));
    expect(await post(unknown, 'http://unknown.test/')).toBe('name_not_resolved');
  });
});
