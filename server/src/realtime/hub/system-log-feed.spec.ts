import { afterEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../database/principal.js';
import { payloadOf } from './frames.js';
import { WEBSOCKET } from './framing.js';
import { Session, type Sink } from './session.js';
import { Subscription } from './subscription.js';
import { SystemLogFeed } from './system-log-feed.js';

const SUPER: Principal = {
  userId: 'operator',
  tenantId: null,
  role: 'super_admin',
  sessionId: null,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  address: null,
};
const HOST = { unsent: () => undefined, overflowed: () => undefined, sent: () => undefined };

describe('the live log', () => {
  const sessions: Session[] = [];
  const feed = new SystemLogFeed(() => sessions);
  afterEach(() => {
    feed.stop();
    sessions.length = 0;
  });

  const open = (onWrite: () => void = () => undefined) => {
    const lines: Record<string, unknown>[] = [];
    const write = (bytes: Buffer): void => {
      const frame: { data: Record<string, unknown> } = JSON.parse(payloadOf(bytes).toString());
      lines.push(frame.data);
      onWrite();
    };
    const sink: Sink = {
      write,
      writeNow: write,
      hold: () => undefined,
      release: () => undefined,
      pendingBytes: 0,
      takenBytes: 0,
      drained: () => Promise.resolve(),
      close: () => undefined,
    };
    const session = new Session(
      'id',
      SUPER,
      sink,
      new Subscription('super_admin', ['system'], null, WEBSOCKET),
      HOST,
    );
    session.startReplay();
    session.goLive();
    sessions.push(session);
    return { session, lines };
  };
  const line = (level: 'info' | 'warn' | 'error', message = 'gap repaired') => ({
    level,
    message,
    source: 'i',
  });

  it('sends a session the lines from the level that it chose, warn unless it did', () => {
    const plain = open();
    const curious = open();
    const calm = open();
    expect(feed.wants('info')).toBe(false);
    feed.setLevel(curious.session, 'info');
    feed.setLevel(calm.session, 'error');
    expect(feed.wants('info')).toBe(true);
    for (const level of ['info', 'warn', 'error'] as const) feed.send(line(level));
    const levels = (of: { lines: Record<string, unknown>[] }) => of.lines.map(({ level }) => level);
    expect(levels(plain)).toEqual(['warn', 'error']);
    expect(levels(curious)).toEqual(['info', 'warn', 'error']);
    expect(levels(calm)).toEqual(['error']);
  });

  it('sends at most 100 lines in a second, then one that says how many were left out', async () => {
    const { lines } = open();
    for (let count = 0; count < 250; count++) feed.send(line('error'));
    // a machine that takes longer than a second for this would let more pass
    expect(lines.length).toBeGreaterThanOrEqual(100);
    const passed = lines.length;
    while (lines.length === passed) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(lines).toHaveLength(passed + 1);
    expect(lines.at(-1)).toMatchObject({ level: 'warn', source: 'i', dropped: 250 - passed });
    feed.send(line('error'));
    expect(lines).toHaveLength(passed + 2);
  });

  it('never sends what the delivery of a line logs', () => {
    const { lines } = open(() => feed.send(line('error', 'a socket failed')));
    feed.send(line('warn'));
    expect(lines.map(({ message }) => message)).toEqual(['gap repaired']);
  });
});
