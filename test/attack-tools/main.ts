import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Appointment, Patient, Tenant } from '@wardbell/contract';
import { startTlsNginx } from '../integration/ws/nginx.js';
import { Checks } from '../support/checks.js';
import { hasProgram, type Program } from '../support/program.js';
import { startServer } from '../support/server.js';
import { must } from '../support/tenant.js';
import { mintToken } from '../support/tokens.js';
import { judge } from './judge.js';
import { attackSlowly, SLOW_ATTACKS } from './slowhttptest.js';
import { attackWithSqlmap, type Injectable } from './sqlmap.js';
import { startInjectable, startSpreadingProxy } from './targets.js';
import { attackWithTestssl } from './testssl.js';
import { attackWithWapiti } from './wapiti.js';

const { values } = parseArgs({
  options: {
    /** Runs this one only. */
    only: { type: 'string' },
  },
});

/** A machine that runs tool, server and database on two cores may keep the database waiting for seconds. */
const STARVED = 'the database does not answer';

const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), 'wardbell-attack-tools-'));
const server = await startServer({
  env: { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000', TRUSTED_PROXIES: '127.0.0.1' },
  timeoutMs: 300_000,
});
const end = async (): Promise<void> => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end().then(() => process.exit(130)));
try {
  await attack();
} finally {
  await end();
}
process.exitCode = checks.summarise();

async function attack(): Promise<void> {
  const root = await mintToken({ role: 'super_admin' });
  const { id: tenantId } = await must(Tenant, server, 'POST', '/tenants', {
    token: root,
    body: { name: 'Target', slug: 'target' },
  });
  const token = await mintToken({ role: 'tenant_admin', tenantId, expiresInS: 3_600 });
  const patient = await must(Patient, server, 'POST', '/patients', {
    token,
    body: { first_name: 'Ada', last_name: 'Example', phone: '1' },
  });
  const visit = { patient_id: patient.id, datetime: '2026-12-01T09:00:00Z', type: 'Visit' };
  const { id: visitId } = await must(Appointment, server, 'POST', '/appointments', { token, body: visit });

  await withTool('testssl', async () => {
    if (!hasProgram('nginx')) return checks.skip('testssl', 'there is no nginx');
    await checks.check('testssl finds nothing at nginx with the nginx.conf of the project', async () => {
      const nginx = await startTlsNginx(server.port);
      try {
        const { findings, rating, checks: count } = await attackWithTestssl(nginx.url, folder);
        console.log(`        ${count} checks, grade ${rating}`);
        console.log(`        declared: ${judge(findings).join(', ') || 'none'}`);
      } finally {
        await nginx.stop();
      }
    });
  });

  await withTool('slowhttptest', async () => {
    for (const [name, options] of Object.entries(SLOW_ATTACKS)) {
      await checks.check(`1,000 connections with ${name} leave the server to others`, async () => {
        const outcome = await attackSlowly(server, options, folder);
        console.log(`        ${JSON.stringify(outcome)}`);
        if (outcome.unanswered > 0 || outcome.unavailableS > 0 || outcome.answered === 0)
          throw new Error('others got no answer');
        if (outcome.opened < 500) throw new Error('the attack has opened too few connections');
      });
    }
  });

  await withTool('wapiti', async () => {
    const paths = [
      '/api/docs',
      '/api/v1/patients?search=Ada&limit=10',
      '/api/v1/appointments?from=2026-12-01&status=booked',
      '/api/v1/audit?action=x',
      '/api/v1/events?since=0&type=patient_created',
      '/api/v1/users?search=x',
      `/api/v1/patients/${patient.id}`,
      '/patients/?search=Ada',
    ];
    await checks.check('wapiti finds nothing in the console and the API', async () => {
      const proxy = await startSpreadingProxy(server.port);
      const found = await attackWithWapiti(proxy.url, token, paths, folder);
      await proxy.stop();
      const statuses = proxy.takeStatuses();
      console.log(`        answers by status: ${JSON.stringify(statuses)}`);
      const answers = Object.values(statuses).reduce((sum, count) => sum + count, 0);
      if (answers < 1_000) throw new Error('wapiti has sent too few requests');
      const known = judge(found);
      console.log(`        declared: ${known.join(', ') || 'none'}`);
    });
  });

  const injectable: readonly Injectable[] = [
    { path: '/api/v1/patients?search=Ada*&limit=10*' },
    { path: `/api/v1/patients?ids=${patient.id}*` },
    { path: '/api/v1/appointments?from=2026-12-01*&to=2026-12-02*&status=booked*' },
    { path: `/api/v1/patients/${patient.id}*` },
    { path: '/api/v1/audit?action=patient.read*&actor_id=x*' },
    { path: '/api/v1/users?search=x*&role=clinician*' },
    { path: '/api/v1/events?since=0*&type=patient_created*' },
    { path: '/api/v1/auth/login', body: '{"email":"root@wardbell.test*","password":"wrong"}' },
    { path: '/api/v1/patients', body: '{"first_name":"Ada*","last_name":"Example*","mrn":"M1*"}' },
    { path: `/api/v1/appointments/${visitId}/status`, body: '{"status":"cancelled*","reason":"x*"}' },
  ];
  await withTool('sqlmap', async () => {
    await checks.check('sqlmap finds the hole of a program that has one', async () => {
      const program = await startInjectable();
      try {
        const found = await attackWithSqlmap(program.url, token, { path: '/?name=postgres*' }, folder);
        if (found.length === 0) throw new Error('it has found nothing');
      } finally {
        await program.stop();
      }
    });
    const proxy = await startSpreadingProxy(server.port);
    for (const target of injectable) {
      await checks.check(
        `sqlmap injects nothing at ${target.path.replace(/[0-9a-f-]{36}/, ':id')}`,
        async () => {
          const found = await attackWithSqlmap(proxy.url, token, target, folder);
          console.log(`        answers by status: ${JSON.stringify(proxy.takeStatuses())}`);
          judge(found);
        },
      );
    }
    await proxy.stop();
  });

  await checks.check('the server is healthy after all of that, and has logged no error', async () => {
    const { status } = await fetch(`${server.url}/health/ready`);
    const errors = server
      .logs()
      .filter(({ level, msg }) => (level === 'error' || level === 'fatal') && !msg.startsWith(STARVED));
    if (status !== 200 || errors.length > 0)
      throw new Error(`${status}: ${JSON.stringify(errors.slice(0, 5))}`);
  });
}

async function withTool(name: Program, attackWith: () => Promise<void>): Promise<void> {
  if (values.only !== undefined && values.only !== name) return;
  if (hasProgram(name)) await attackWith();
  else checks.skip(name, 'it is not installed');
}
