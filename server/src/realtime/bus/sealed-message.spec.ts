import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { LogEvent } from '../../database/log-event.js';
import { channelOf, encodeEvent, Opener, Sealer } from './sealed-message.js';

const SECRET = 'a secret that every instance of an installation has';
const EPOCH = randomUUID();

const FLAGS = { orders: true, presence: true, objects: true };

const eventOf = (tenantId: string, seq: number): LogEvent => ({
  tenantId,
  seq,
  id: randomUUID(),
  type: 'patient_updated',
  data: '{"first_name": "Zyxcanary", "n": 9007199254740993}',
  audience: { roles: ['clinician'] },
  timestamp: new Date(),
  actorId: seq === 1 ? 'somebody' : null,
});

describe('a sealed message', () => {
  const [first, second] = [randomUUID(), randomUUID()];
  const events = [eventOf(first, 1), eventOf(first, 2)];
  const parts = [
    { tenantId: first, head: 2, events: events.map(encodeEvent) },
    { tenantId: second, head: 9, events: [] },
  ];

  it('opens on every instance of the installation, for each tenant by itself', () => {
    const opened = new Opener(SECRET, EPOCH).open(new Sealer(SECRET, EPOCH).seal(FLAGS, parts));
    expect(opened?.orders).toBe(true);
    expect(opened?.presence).toBe(true);
    expect(opened?.objects).toBe(true);
    expect(opened?.heads).toEqual(
      new Map([
        [first, 2],
        [second, 9],
      ]),
    );
    expect(opened?.events(first)).toEqual(events);
    expect(opened?.events(second)).toEqual([]);
    expect(opened?.events(randomUUID())).toEqual([]);
  });

  it('never looks the same twice', () => {
    const sealer = new Sealer(SECRET, EPOCH);
    expect(sealer.seal(FLAGS, parts).equals(sealer.seal(FLAGS, parts))).toBe(false);
  });

  it('knows its own sender', () => {
    const [one, other] = [new Sealer(SECRET, EPOCH), new Sealer(SECRET, EPOCH)];
    const message = one.seal(FLAGS, parts);
    expect(one.isOwn(message)).toBe(true);
    expect(other.isOwn(message)).toBe(false);
  });

  it('says nothing when any one byte was changed, or the end is missing', () => {
    const message = new Sealer(SECRET, EPOCH).seal(FLAGS, parts);
    for (let at = 0; at < message.length; at++) {
      const changed = Buffer.from(message);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const opened = new Opener(SECRET, EPOCH).open(changed);
      // what is left whole may be heard: header and parts are sealed one by one
      if (opened !== undefined) expect(opened.events(first)).toEqual([]);
    }
    for (const length of [0, 1, 20, 40, message.length - 1]) {
      const opened = new Opener(SECRET, EPOCH).open(message.subarray(0, length));
      expect(opened?.events(first) ?? []).toEqual([]);
    }
  });

  it('stays closed with another secret and in another history', () => {
    const message = new Sealer(SECRET, EPOCH).seal(FLAGS, parts);
    expect(new Opener(`${SECRET}!`, EPOCH).open(message)).toBeUndefined();
    expect(new Opener(SECRET, randomUUID()).open(message)).toBeUndefined();
    expect(channelOf(SECRET, EPOCH)).not.toBe(channelOf(SECRET, randomUUID()));
    expect(channelOf(SECRET, EPOCH)).not.toBe(channelOf(`${SECRET}!`, EPOCH));
  });
});
