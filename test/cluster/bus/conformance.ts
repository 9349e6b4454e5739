import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LogEvent } from '../../../server/src/database/log-event.js';
import type { Bus, HeadNotice } from '../../../server/src/realtime/bus/bus.js';
import { eventually, expectWithin } from '../../support/wait.js';

/** A bus as one instance has it, connected. */
export interface OpenBus {
  readonly bus: Bus;
  /** Everything that it heard. */
  readonly heard: HeadNotice[];
  stop(): Promise<void>;
}

/** What a suite must say of an implementation. */
export interface BusUnderTest {
  open(epoch?: string): Promise<OpenBus>;
  /** Breaks the connections of every bus, as a network does; they may come back at once. */
  cutAll(): Promise<void>;
  /** Says something on its channel that no bus of ours has said. */
  sayJunk(): Promise<void>;
  /** Takes away what carries it, and gives it back. */
  takeAway(): Promise<void>;
  giveBack(): Promise<void>;
}

export const EPOCH = randomUUID();

export const eventOf = (
  tenantId: string,
  seq: number,
  data: Record<string, unknown> = { seq },
): LogEvent => ({
  tenantId,
  seq,
  id: randomUUID(),
  type: 'patient_updated',
  data: JSON.stringify(data),
  audience: null,
  timestamp: new Date(),
  actorId: null,
});

/** The newest head of a tenant that a bus has heard of. */
export const headOf = ({ heard }: OpenBus, tenantId: string): number =>
  Math.max(0, ...heard.map(({ heads }) => heads.get(tenantId) ?? 0));

/** What every bus does, whatever carries it. */
export const conformsToBus = (name: string, prepare: () => BusUnderTest): void => {
  describe(`${name} as a bus`, () => {
    const opened: OpenBus[] = [];
    const open = async (epoch?: string): Promise<OpenBus> => {
      const one = await prepare().open(epoch);
      opened.push(one);
      return one;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((one) => one.stop()));
    });

    it('tells all the others how far the log of a tenant reaches, and not itself', async () => {
      const [from, second, third] = [await open(), await open(), await open()];
      const tenant = randomUUID();
      from.bus.announce(tenant, [eventOf(tenant, 1), eventOf(tenant, 2)]);
      await eventually(() => headOf(second, tenant) === 2 && headOf(third, tenant) === 2);
      expect(headOf(from, tenant)).toBe(0);
    });

    it('tells every listener', async () => {
      const [from, to] = [await open(), await open()];
      let heads = 0;
      to.bus.onNotice(() => {
        heads++;
      });
      const tenant = randomUUID();
      from.bus.announce(tenant, [eventOf(tenant, 1)]);
      await eventually(() => headOf(to, tenant) === 1 && heads > 0);
    });

    it('tells the last head of each of 500 tenants in a burst of 10,000 events', async () => {
      const [from, to] = [await open(), await open()];
      const tenants = Array.from({ length: 500 }, () => randomUUID());
      for (let seq = 1; seq <= 20; seq++) {
        for (const tenant of tenants) from.bus.announce(tenant, [eventOf(tenant, seq)]);
      }
      await eventually(() => tenants.every((tenant) => headOf(to, tenant) === 20));
    });

    it('tells of disconnect orders', async () => {
      const [from, to] = [await open(), await open()];
      from.bus.announceDisconnects();
      await eventually(() => to.heard.some(({ orders }) => orders));
      expect(from.heard.some(({ orders }) => orders)).toBe(false);
    });

    it('tells of changes of presence', async () => {
      const [from, to] = [await open(), await open()];
      from.bus.announcePresence();
      await eventually(() => to.heard.some(({ presence }) => presence));
      expect(from.heard.some(({ presence }) => presence)).toBe(false);
      expect(to.heard.some(({ orders }) => orders)).toBe(false);
    });

    it('tells of changes of who is at which object', async () => {
      const [from, to] = [await open(), await open()];
      from.bus.announceObjects();
      await eventually(() => to.heard.some(({ objects }) => objects));
      expect(from.heard.some(({ objects }) => objects)).toBe(false);
      expect(to.heard.some(({ presence }) => presence)).toBe(false);
    });

    it('connects again by itself after its connection was cut', async () => {
      const [from, to] = [await open(), await open()];
      await prepare().cutAll();
      const tenant = randomUUID();
      let seq = 0;
      await eventually(() => {
        seq++;
        from.bus.announce(tenant, [eventOf(tenant, seq)]);
        return from.bus.connected && to.bus.connected && headOf(to, tenant) > 0;
      });
    });

    it('neither throws nor waits while what carries it is away, and works when it is back', async () => {
      const [from, to] = [await open(), await open()];
      await prepare().takeAway();
      try {
        await eventually(() => !from.bus.connected && !to.bus.connected);
        const tenant = randomUUID();
        let seq = 0;
        await expectWithin(1_000, async () => {
          for (let count = 0; count < 1_000; count++) from.bus.announce(tenant, [eventOf(tenant, ++seq)]);
          from.bus.announceDisconnects();
        });
      } finally {
        await prepare().giveBack();
      }
      await eventually(() => from.bus.connected && to.bus.connected);
      const tenant = randomUUID();
      from.bus.announce(tenant, [eventOf(tenant, 1)]);
      await eventually(() => headOf(to, tenant) === 1);
    });

    it('hears nothing of what is not from an instance of ours', async () => {
      const [from, to] = [await open(), await open()];
      await prepare().sayJunk();
      const tenant = randomUUID();
      from.bus.announce(tenant, [eventOf(tenant, 1)]);
      await eventually(() => headOf(to, tenant) === 1);
      expect(to.heard.flatMap(({ heads }) => [...heads.keys()])).toEqual(
        expect.not.arrayContaining([expect.not.stringMatching(tenant)]),
      );
    });

    it('is silent after it was stopped, and stops twice', async () => {
      const [from, to] = [await open(), await open()];
      await from.stop();
      const tenant = randomUUID();
      from.bus.announce(tenant, [eventOf(tenant, 1)]);
      from.bus.announceDisconnects();
      const other = await open();
      other.bus.announce(tenant, [eventOf(tenant, 2)]);
      await eventually(() => headOf(to, tenant) === 2);
      expect(to.heard.some(({ heads }) => heads.get(tenant) === 1)).toBe(false);
      await from.stop();
    });
  });
};
