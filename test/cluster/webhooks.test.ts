import { describe, expect, it } from '@jest/globals';
import { WebhookCreated } from '@wardbell/contract';
import { database, useDatabase } from '../support/fixture.js';
import { must } from '../support/tenant.js';
import { eventually } from '../support/wait.js';
import { startReceiver } from '../support/webhook-receiver.js';
import { createClinic } from './support/clinic.js';
import { startInstances, stopAll } from './support/cluster.js';

useDatabase();

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('Webhooks of several instances', () => {
  it('are sent by one instance at a time, in order, and by another one after a kill -9', async () => {
    const env = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' };
    const [doomed, other] = await startInstances(2, { database, env });
    if (!doomed || !other) throw new Error('no instances');
    const receiver = await startReceiver();
    const numbers = () => receiver.deliveries.map(({ message }) => message.seq);
    const clinic = await createClinic(database);
    const token = await clinic.token({ role: 'tenant_admin' });
    const body = { url: receiver.url, payload: 'ids' };
    const { id } = await must(WebhookCreated, doomed, 'POST', '/webhooks', { token, body });
    for (let batch = 1; batch <= 10; batch++) {
      await clinic.emit(10);
      await receiver.received(batch * 10);
    }
    expect(numbers()).toEqual(upTo(100));
    // The sender may be the one that is suspended next: what it has not recorded would be sent again.
    await eventually(async () => {
      const [webhook] = await database.query<{ is_done: boolean }>(
        'SELECT position = 100 AND lease_until IS NULL AS is_done FROM wardbell.webhook WHERE id = $1',
        [id],
      );
      return webhook?.is_done;
    });

    // with the other one suspended, an attempt of this one is under way when it dies
    other.process.kill('SIGSTOP');
    let release = (): void => undefined;
    const hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    receiver.reply(() => ({ status: 200, hold }));
    await clinic.emit(100);
    await receiver.received(101);
    await doomed.kill('SIGKILL');
    const [lease] = await database.query<{ is_short: boolean }>(
      `SELECT lease_until < now() + interval '11 seconds' AS is_short FROM wardbell.webhook WHERE id = $1`,
      [id],
    );
    expect(lease?.is_short).toBe(true);
    receiver.reply(() => ({ status: 200 }));
    release();
    other.process.kill('SIGCONT');

    // at least once: what was under way is sent again, and nothing is missing or out of order
    await eventually(() => numbers().includes(200), { what: 'the events after the death of the sender' });
    expect(numbers()).toEqual([...upTo(101), ...upTo(200).slice(100)]);
    expect(receiver.maxOpen).toBe(1);
    await receiver.close();
    await stopAll([other]);
  });
});
