import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../../support/http.js';
import { signInSuperAdmin } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Cluster, seconds } from '../support/cluster.js';
import { FakeClock } from '../support/fake-clock.js';
import type { Scenario } from './scenario.js';

const PAUSE_S = 60;

/** A virtual machine is paused: the instance stands still, and so do all of its clocks. */
export const pausedVm: Scenario = {
  name: 'paused-vm',
  guarantee:
    'After a pause that the instance’s own clocks slept through, nobody who was locked out meanwhile hears anything',
  isShort: false,
  needs: ['faketime'],
  run: async ({ say }) => {
    const cluster = await Cluster.create();
    const clock = new FakeClock(true);
    try {
      const paused = await cluster.start({ env: clock.env });
      const other = await cluster.start();
      const superToken = await signInSuperAdmin(other);
      const [clinic, suspended] = [await cluster.createTenant(), await cluster.createTenant()];
      const userId = randomUUID();
      await cluster.query(
        `INSERT INTO wardbell.user_account (id, tenant_id, email, name, role)
         VALUES ($1::uuid, $2, $1::uuid || '@example.org', 'Somebody', 'clinician')`,
        [userId, clinic],
      );
      const lockedOut = await cluster.tryConnect(
        paused,
        await mintToken({ role: 'clinician', tenantId: clinic, sub: userId }),
      );
      const ofSuspended = await cluster.tryConnect(
        paused,
        await mintToken({ role: 'clinician', tenantId: suspended }),
      );
      const witness = await cluster.tryConnect(
        paused,
        await mintToken({ role: 'clinician', tenantId: clinic }),
      );

      paused.process.kill('SIGSTOP');
      say('paused');
      const startMs = performance.now();
      const admin = await mintToken({ role: 'tenant_admin', tenantId: clinic });
      await call(other.url, 'PATCH', `/users/${userId}`, { token: admin, body: { status: 'disabled' } });
      await cluster.query(`SELECT wardbell.emit($1, 'task_updated', '{"of": "a suspended clinic"}')`, [
        suspended,
      ]);
      await call(other.url, 'PATCH', `/tenants/${suspended}`, {
        token: superToken,
        body: { status: 'suspended' },
      });
      await delay((PAUSE_S - 5) * 1_000);
      await cluster.query(
        `SELECT wardbell.emit($1, 'task_updated', '{"secret": true}') FROM generate_series(1, 20)`,
        [clinic],
      );
      await cluster.query(`SELECT wardbell.emit($1, 'task_updated', '{"secret": true}')`, [suspended]);
      await delay(Math.max(0, PAUSE_S * 1_000 - (performance.now() - startMs)));
      clock.shift(-(performance.now() - startMs) / 1_000);
      paused.process.kill('SIGCONT');
      const thawedMs = performance.now();
      say('goes on');

      await eventually(() => witness.events.length === 20, {
        timeoutMs: 20_000,
        what: 'events of the witness',
      }).catch(() => cluster.find('lost', `the witness got ${witness.events.length} of 20 events`));
      const measured: Record<string, string> = { 'witness complete after': seconds(thawedMs) };
      for (const [name, socket] of Object.entries({
        'disabled user': lockedOut,
        'suspended clinic': ofSuspended,
      })) {
        const closed = await socket.closed(5_000).catch(() => undefined);
        measured[`${name} closed after`] = closed ? seconds(thawedMs) : 'never';
        if (closed?.code !== 4403) cluster.find('foreign', `${name}: still connected after the pause`);
        const heard = socket.events.filter(({ data }) => data?.['secret'] === true).length;
        if (heard > 0) cluster.find('foreign', `${name}: heard ${heard} events of after the lock-out`);
      }
      return { findings: cluster.findings, measured };
    } finally {
      await cluster.stop();
      clock.remove();
    }
  },
};
