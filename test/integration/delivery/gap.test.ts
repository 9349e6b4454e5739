import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { eventually, expectWithin } from '../../support/wait.js';
import { scrape } from '../ws/scrape.js';
import { Clinic, numbers, superToken } from './support/clinic.js';
import { Receiver } from './support/receiver.js';

useServer();

describe('events that no head notice announces', () => {
  it('are found within a second when a service in plain SQL commits them', async () => {
    const clinic = await Clinic.create(database);
    const receiver = new Receiver(server.wsUrl, { token: await clinic.token() });
    await receiver.hears('connected');
    let seq = 0;
    await expectWithin(1_000, async () => {
      seq++;
      await clinic.emit();
      const committedMs = performance.now();
      await receiver.reaches(seq);
      return performance.now() - committedMs;
    });
  });

  it('are counted as repairs', async () => {
    const before = (await scrape(server))('hub_gap_repairs_total');
    const clinic = await Clinic.create(database);
    const receiver = new Receiver(server.wsUrl, { token: await clinic.token() });
    await receiver.hears('connected');
    await clinic.emit();
    await receiver.reaches(1);
    expect((await scrape(server))('hub_gap_repairs_total')).toBeGreaterThan(before);
  });

  it('reach super admins, whatever tenants false notices name', async () => {
    const clinic = await Clinic.create(database);
    const receiver = new Receiver(server.wsUrl, { token: await superToken() });
    await receiver.hears('positions');
    for (const heads of [
      { [clinic.id]: 1_000_000 },
      { [randomUUID()]: 5, 'not-a-tenant': 7 },
      { [clinic.id]: -2.5 },
    ])
      await database.query('SELECT pg_notify($1, $2)', [
        'wardbell',
        JSON.stringify({ from: 'nobody', heads }),
      ]);
    for (const text of ['', 'not JSON', '[]', '{"heads":7}'])
      await database.query('SELECT pg_notify($1, $2)', ['wardbell', text]);
    await clinic.emit(3);
    await receiver.reaches(3);
    expect(receiver.said('resync_required')).toBeUndefined();
    await eventually(async () => (await fetch(`${server.url}/health/ready`)).status === 200);
  });

  it('of a process that died between its COMMIT and its announcement reach the clients of the others', async () => {
    const clinic = await Clinic.create(database);
    const token = await clinic.token();
    const receiver = new Receiver(server.wsUrl, { token });
    await receiver.hears('connected');
    for (const _ of numbers(1, 2)) {
      const doomed = await startAnother();
      const position = await clinic.position();
      const answers = numbers(1, 40).map((n) =>
        call(doomed.url, 'POST', '/patients', {
          token,
          body: { first_name: 'Ada', last_name: `Example ${n}` },
        }).catch(() => undefined),
      );
      // dies as soon as something has committed: with the rest of them anywhere on their way
      await eventually(async () => (await clinic.position()).seq > position.seq);
      await doomed.kill('SIGKILL');
      await Promise.all(answers);
    }
    // what the killed server's connections were still doing has ended when the head no longer moves
    const { seq } = await eventually(async () => {
      const one = await clinic.position();
      const [active] = await database.query(
        `SELECT 1 FROM pg_stat_activity WHERE usename = 'wardbell_app' AND xact_start IS NOT NULL`,
      );
      return active === undefined && (await clinic.position()).seq === one.seq ? one : undefined;
    });
    await receiver.reaches(seq);
    expect(receiver.seqs).toEqual(numbers(1, seq));
  });
});
