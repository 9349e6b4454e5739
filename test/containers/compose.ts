import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Patient, Tenant } from '@wardbell/contract';
import { z } from 'zod';
import type { Checks } from '../support/checks.js';
import { freePort } from '../support/free-port.js';
import { must, signIn } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import type { Engine } from './engine.js';
import { IMAGE } from './image.js';
import { listen } from './listener.js';
import { Stack } from './stack.js';

const SERVERS = ['server-1', 'server-2'];
const Targets = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ health: z.string(), labels: z.object({ instance: z.string() }) })),
  }),
});
/** As `demo-logins.mjs` prints them: clinic, role, address, password. */
const LOGIN = /^(.+?) {2,}(tenant_admin|clinician|front_desk) +(\S+@\S+) +(\S+)$/gm;

/** Checks what `DEMO=true docker compose up` starts. */
export async function checkCompose(
  engine: Engine,
  checks: Checks,
  without: readonly string[],
): Promise<void> {
  const ports = {
    WARDBELL_PORT: await freePort(),
    WARDBELL_HTTP_PORT: await freePort(),
    PROMETHEUS_PORT: await freePort(),
    GRAFANA_PORT: await freePort(),
  };
  const env = {
    DEMO: 'true',
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
  };
  const stack = new Stack(engine, 'wardbell-test', 'docker-compose.yml', env, { 'wardbell:local': IMAGE });
  const tunnel = createServer();
  await stack.remove();
  try {
    const isUp = await checks.check(
      'everything of docker-compose.yml starts with DEMO=true and becomes healthy',
      async () => {
        await stack.create();
        for (const name of stack.services) if (!without.includes(name)) await stack.start(name);
      },
    );
    for (const name of without) checks.skip(`${name} starts`, 'its image cannot be had on this machine');
    if (!isUp) return;
    const { output: certificate } = await stack.exec('nginx', 'cat', '/etc/nginx/tls/fullchain.pem');
    await checkTls(checks, ports, certificate);
    const url = await openTunnel(tunnel, ports.WARDBELL_PORT, certificate);
    await checkDemo(stack, checks, url);
    await checks.check('Prometheus scrapes both servers, with the token that was made for it', async () => {
      const api = `http://127.0.0.1:${ports.PROMETHEUS_PORT}/api/v1/targets`;
      await eventually(
        async () => {
          const { data } = Targets.parse(await (await fetch(api)).json());
          const up = data.activeTargets.filter(({ health }) => health === 'up');
          return up.length === SERVERS.length || undefined;
        },
        { timeoutMs: 60_000, what: 'two targets up' },
      );
    });
    await checkRestarts(stack, checks, url);
  } finally {
    tunnel.close();
    await stack.remove();
  }
}

/** Carries plain connections to a port with TLS, whose certificate it verifies; answers the URL of its own end. */
async function openTunnel(tunnel: Server, port: number, certificate: string): Promise<string> {
  tunnel.on('connection', (plain) => {
    const secure = connectTls({ host: '127.0.0.1', port, ca: certificate });
    plain.pipe(secure).pipe(plain);
    plain.on('error', () => secure.destroy());
    secure.on('error', () => plain.destroy());
    plain.on('close', () => secure.destroy());
  });
  tunnel.listen(await freePort(), '127.0.0.1');
  await once(tunnel, 'listening');
  const address = tunnel.address();
  assert(address !== null && typeof address === 'object');
  return `http://127.0.0.1:${address.port}`;
}

interface Ports {
  readonly WARDBELL_PORT: number;
  readonly WARDBELL_HTTP_PORT: number;
}

async function checkTls(checks: Checks, ports: Ports, certificate: string): Promise<void> {
  await checks.check('the console is served over TLS, with the certificate of the first start', async () => {
    const socket = connectTls({ host: '127.0.0.1', port: ports.WARDBELL_PORT, ca: certificate });
    await once(socket, 'secureConnect');
    assert.equal(socket.authorized, true);
    socket.destroy();
  });
  await checks.check('without TLS there is only the way to it', async () => {
    const answer = await fetch(`http://127.0.0.1:${ports.WARDBELL_HTTP_PORT}/`, { redirect: 'manual' });
    assert.equal(answer.status, 308);
    assert.equal(answer.headers.get('location'), `https://127.0.0.1:${ports.WARDBELL_PORT}/`);
  });
}

async function checkDemo(stack: Stack, checks: Checks, url: string): Promise<void> {
  await checks.check(
    'the super admin signs in with the password that was made, and finds the demo clinics',
    async () => {
      const { output } = await stack.exec('server-1', 'cat', '/run/secrets/super_admin_password');
      const token = await signIn({ url }, 'admin@wardbell.test', output.trim());
      const page = z.object({ data: z.array(Tenant) });
      const { data } = await must(page, { url }, 'GET', '/tenants', { token });
      assert.equal(data.length, 3);
    },
  );
  await checks.check(
    'a demo login that the container prints works; wscat behind nginx shows a change',
    async () => {
      const { output, code } = await stack.exec('server-2', 'node', 'deploy/container/demo-logins.mjs');
      assert.equal(code, 0, output);
      const [, , , email = '', password = ''] =
        [...output.matchAll(LOGIN)].find(([, , role]) => role === 'clinician') ?? [];
      const token = await signIn({ url }, email, password);
      // nginx spreads them, so that one of them hears it from the other server
      const listeners = await Promise.all([0, 1].map(() => listen(`${url.replace('http', 'ws')}/ws`, token)));
      try {
        const body = { first_name: 'Grace', last_name: 'Hopper' };
        const { id } = await must(Patient, { url }, 'POST', '/patients', { token, body });
        for (const wscat of listeners) {
          await wscat.prints(new RegExp(`"type":"patient_created".*"id":"${id}"`));
        }
      } finally {
        await Promise.all(listeners.map((wscat) => wscat.stop()));
      }
    },
  );
  await checks.check('the id of a request joins the log of nginx and that of the server', async () => {
    const answer = await fetch(`${url}/api/v1/patients`);
    assert.equal(answer.status, 401);
    const id = answer.headers.get('x-request-id') ?? '';
    assert.match(id, /^[0-9a-f]{32}$/);
    await eventually(async () => (await stack.logs('nginx')).includes(`"request_id":"${id}"`));
    await eventually(async () => {
      const logs = await Promise.all(SERVERS.map((name) => stack.logs(name)));
      return logs.some((log) => log.includes(`"request_id":"${id}"`));
    });
  });
}

async function checkRestarts(stack: Stack, checks: Checks, url: string): Promise<void> {
  await checks.check('with one server stopped (exit code 0) the other one answers', async () => {
    assert.equal(await stack.stop('server-1'), 0);
    await eventually(async () => (await fetch(`${url}/health`)).status === 200);
  });
  await checks.check('with both stopped nginx answers with a problem document and Retry-After', async () => {
    assert.equal(await stack.stop('server-2'), 0);
    const answer = await fetch(`${url}/api/v1/patients`);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(z.object({ code: z.string() }).parse(await answer.json()).code, 'unavailable');
  });
  await checks.check('a server that starts again is used again', async () => {
    await stack.restart('server-1');
    await eventually(async () => (await fetch(`${url}/health`)).status === 200, { timeoutMs: 60_000 });
  });
}
