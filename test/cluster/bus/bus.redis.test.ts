import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { LogEvent } from '../../../server/src/database/log-event.js';
import type { HeadNotice } from '../../../server/src/realtime/bus/bus.js';
import { PostgresBus } from '../../../server/src/realtime/bus/bus.postgres.js';
import { RedisBus } from '../../../server/src/realtime/bus/bus.redis.js';
import { channelOf, encodeEvent, Sealer } from '../../../server/src/realtime/bus/sealed-message.js';
import { database, useDatabase } from '../../support/fixture.js';
import { freePort } from '../../support/free-port.js';
import { describeWith } from '../../support/programs.js';
import { eventually, expectWithin } from '../../support/wait.js';
import { OUTAGES, openRelay, SILENT } from '../support/buses.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { conformsToBus, EPOCH, eventOf, headOf, type OpenBus } from './conformance.js';

const SECRET = 'the secret that all instances share, long enough';

useDatabase();

describeWith('redis-server', 'Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const open = async (epoch = EPOCH, secret = SECRET): Promise<OpenBus> => {
    const relay = await openRelay(database);
    const bus = new RedisBus(new PostgresBus(relay, OUTAGES, SILENT), { url: redis.url, secret }, SILENT);
    const heard: HeadNotice[] = [];
    bus.onNotice((notice) => heard.push(notice));
    await bus.onApplicationBootstrap();
    bus.open(epoch);
    await eventually(() => bus.connected);
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      await bus.onApplicationShutdown();
      await relay.onApplicationShutdown();
    };
    return {
      bus,
      heard,
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
  };
  const cutAll = async () => {
    await redis.command('CLIENT KILL TYPE pubsub');
  };

  conformsToBus('Redis', () => ({
    open,
    cutAll,
    sayJunk: async () => {
      const channel = channelOf(SECRET, EPOCH);
      for (const text of ['x', '{"heads":{"a":1}}', 'x'.repeat(100_000)]) {
        await redis.command(`PUBLISH ${channel} ${text}`);
      }
    },
    takeAway: () => redis.kill(),
    giveBack: () => redis.start(),
  }));

  const opened: OpenBus[] = [];
  const openTwo = async (): Promise<[OpenBus, OpenBus]> => {
    const two: [OpenBus, OpenBus] = [await open(), await open()];
    opened.push(...two);
    return two;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.stop()));
  });
  const eventsOf = ({ heard }: OpenBus, tenant: string): LogEvent[] =>
    heard.flatMap((notice) => notice.events(tenant));

  it('carries the events themselves, whole and in order', async () => {
    const [from, to] = await openTwo();
    const tenant = randomUUID();
    const events = Array.from({ length: 3_000 }, (_, index) =>
      eventOf(tenant, index + 1, { index, text: 'Zoë "日本" \u2028', deep: { list: [null, 1.5, true] } }),
    );
    for (const event of events) from.bus.announce(tenant, [event]);
    // not the head, which PostgreSQL may tell before Redis has carried the events
    await eventually(() => eventsOf(to, tenant).length >= 3_000);
    expect(eventsOf(to, tenant)).toEqual(events);
  });

  it('carries audience and time of an event', async () => {
    const [from, to] = await openTwo();
    const tenant = randomUUID();
    const event = { ...eventOf(tenant, 1), audience: { user_ids: ['a', 'b'] }, timestamp: new Date(12_345) };
    from.bus.announce(tenant, [event]);
    await eventually(() => eventsOf(to, tenant).length > 0);
    expect(eventsOf(to, tenant)).toEqual([event]);
  });

  it('tells only the head of an event that is too large', async () => {
    const [from, to] = await openTwo();
    const tenant = randomUUID();
    from.bus.announce(tenant, [eventOf(tenant, 1), eventOf(tenant, 2, { text: 'x'.repeat(20_000) })]);
    await eventually(() => headOf(to, tenant) === 2 && eventsOf(to, tenant).length > 0);
    expect(eventsOf(to, tenant).map(({ seq }) => seq)).toEqual([1]);
  });

  it('bounds what waits: a burst of 40 MB tells every head and carries what fits', async () => {
    const [from, to] = await openTwo();
    const tenants = Array.from({ length: 40 }, () => randomUUID());
    const text = 'x'.repeat(10_000);
    for (let seq = 1; seq <= 100; seq++) {
      for (const tenant of tenants) from.bus.announce(tenant, [eventOf(tenant, seq, { text })]);
    }
    await eventually(() => tenants.every((tenant) => headOf(to, tenant) === 100));
    // PostgreSQL may have told the heads before
    const carried = () => tenants.flatMap((tenant) => eventsOf(to, tenant)).length;
    await eventually(() => carried() > 100);
    expect(carried()).toBeLessThan(1_000);
  });

  it('rings through PostgreSQL while Redis is away', async () => {
    const [from, to] = await openTwo();
    await redis.kill();
    try {
      await eventually(() => !from.bus.connected && !to.bus.connected);
      const tenant = randomUUID();
      let seq = 0;
      await expectWithin(1_000, async () => {
        seq++;
        from.bus.announce(tenant, [eventOf(tenant, seq)]);
        await eventually(() => headOf(to, tenant) === seq);
      });
    } finally {
      await redis.start();
    }
  });

  it('notices within seconds that Redis is frozen, and uses it again when it thaws', async () => {
    const [from, to] = await openTwo();
    redis.freeze();
    try {
      const tenant = randomUUID();
      from.bus.announce(tenant, [eventOf(tenant, 3)]);
      await eventually(() => headOf(to, tenant) === 3);
      await eventually(() => !from.bus.connected && !to.bus.connected, { timeoutMs: 30_000 });
    } finally {
      redis.thaw();
    }
    await eventually(() => from.bus.connected && to.bus.connected);
    const tenant = randomUUID();
    from.bus.announce(tenant, [eventOf(tenant, 1)]);
    await eventually(() => eventsOf(to, tenant).length === 1);
  });

  it('reaches through PostgreSQL an instance that alone cannot hear Redis', async () => {
    const [from, to] = await openTwo();
    const relay = await openRelay(database);
    const nowhere = `redis://127.0.0.1:${await freePort()}`;
    const deaf = new RedisBus(
      new PostgresBus(relay, OUTAGES, SILENT),
      { url: nowhere, secret: SECRET },
      SILENT,
    );
    const heard: HeadNotice[] = [];
    deaf.onNotice((notice) => heard.push(notice));
    await deaf.onApplicationBootstrap();
    deaf.open(EPOCH);
    const tenant = randomUUID();
    let seq = 0;
    // A notice is lost while an instance is not connected to PostgreSQL yet.
    await eventually(() => {
      seq++;
      from.bus.announce(tenant, [eventOf(tenant, seq)]);
      return heard.some(({ heads }) => heads.has(tenant));
    });
    expect(deaf.connected).toBe(false);
    await eventually(() => headOf(to, tenant) === seq);
    await deaf.onApplicationShutdown();
    await relay.onApplicationShutdown();
  });

  it('hears neither another installation nor another history, and follows when the history changes', async () => {
    const [from, to] = await openTwo();
    const [stranger, later] = [await open(EPOCH, `${SECRET}!`), await open(randomUUID())];
    opened.push(stranger, later);
    const tenant = randomUUID();
    from.bus.announce(tenant, [eventOf(tenant, 1)]);
    await eventually(() => eventsOf(to, tenant).length === 1);
    expect(eventsOf(stranger, tenant)).toEqual([]);
    expect(eventsOf(later, tenant)).toEqual([]);

    const epoch = randomUUID();
    for (const { bus } of [from, to]) bus.open(epoch);
    await eventually(() => from.bus.connected && to.bus.connected);
    from.bus.announce(tenant, [eventOf(tenant, 2)]);
    await eventually(() => eventsOf(to, tenant).length === 2);
  });

  it('shows Redis nothing of an event and takes none from it', async () => {
    const [from, to] = await openTwo();
    const monitor = createConnection(redis.port, '127.0.0.1');
    let seen = '';
    monitor.on('data', (data) => {
      seen += data.toString('latin1');
    });
    monitor.write('MONITOR\r\n');
    await eventually(() => seen.includes('OK'));
    const tenant = randomUUID();
    const event = eventOf(tenant, 1, { first_name: 'Zyxcanary', phone: '+1 555 0100' });
    from.bus.announce(tenant, [event]);
    await eventually(() => eventsOf(to, tenant).length === 1 && /"publish"/i.test(seen));
    monitor.destroy();
    expect(seen).not.toMatch(/Zyxcanary|555 0100/);
    expect(seen).not.toContain(tenant);

    const forger = new Sealer('another secret, as long as it likes to be', EPOCH);
    const forged = forger.seal({ orders: true, presence: false, objects: false }, [
      { tenantId: tenant, head: 9, events: [encodeEvent({ ...event, seq: 2 })] },
    ]);
    const socket = createConnection(redis.port, '127.0.0.1');
    const channel = channelOf(SECRET, EPOCH);
    socket.write(`*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${forged.length}\r\n`);
    socket.write(forged);
    socket.write('\r\n');
    await once(socket, 'data'); // published
    from.bus.announce(tenant, [eventOf(tenant, 2, { real: true })]);
    await eventually(() => eventsOf(to, tenant).length >= 2);
    expect(eventsOf(to, tenant).map(({ data }) => data)).toEqual([event.data, '{"real":true}']);
    expect(to.heard.some(({ orders }) => orders)).toBe(false);
    socket.destroy();
  });
});
