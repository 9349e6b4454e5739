import { jest } from '@jest/globals';
import type { InboxNotice, NoticeState } from '@wardbell/contract';
import fc from 'fast-check';
import type { NumberedEvent } from '../events.js';
import type { State } from '../state.js';
import { createStream } from '../stream.js';
import type { InboxList, InboxPage } from './apply.js';
import { Inbox } from './inbox.js';

const EPOCH = '00000000-0000-4000-8000-000000000001';
const PAGE = 3;
const ACTIONS = ['seen', 'read', 'unread', 'archived', 'unarchived', 'snoozed', 'acknowledged'] as const;
type Action = (typeof ACTIONS)[number];
type Mutable = { -readonly [Key in keyof InboxNotice]: InboxNotice[Key] };

/** What the server does, as far as an inbox and its events go. */
const createServer = () => {
  const rows: Mutable[] = [];
  const log: NumberedEvent[] = [];
  const at = () => new Date().toISOString();
  const write = (type: string, data: object) => {
    const seq = log.length + 1;
    log.push({ type, seq, tenant_id: 't', timestamp: at(), data } as NumberedEvent);
    return seq;
  };
  const isExpired = ({ expires_at }: Mutable) => expires_at !== null && Date.parse(expires_at) <= Date.now();
  const isSnoozed = ({ snoozed_until }: Mutable) =>
    snoozed_until !== null && Date.parse(snoozed_until) > Date.now();
  const counted = () => rows.filter((row) => row.archived_at === null && !isSnoozed(row) && !isExpired(row));
  const counts = () => ({
    unread: counted().filter(({ read_at }) => read_at === null).length,
    unseen: counted().filter(({ seen_at }) => seen_at === null).length,
  });
  const listed = (list: InboxList) =>
    rows
      .filter((row) => !isExpired(row))
      .filter((row) =>
        list === 'archived'
          ? row.archived_at !== null
          : row.archived_at === null && (list === 'all' || (row.read_at === null && !isSnoozed(row))),
      )
      .toSorted((a, b) => b.seq - a.seq);
  const mark = (row: Mutable, changed: Action) => {
    if (changed === 'seen') row.seen_at ??= at();
    if (changed === 'read' || changed === 'acknowledged') {
      row.read_at ??= at();
      row.seen_at ??= at();
    }
    if (changed === 'unread') row.read_at = null;
    if (changed === 'archived') row.archived_at ??= at();
    if (changed === 'unarchived') row.archived_at = null;
    if (changed === 'snoozed') row.snoozed_until = new Date(Date.now() + 5_000).toISOString();
    if (changed === 'acknowledged') {
      row.acknowledged_at ??= at();
      row.snoozed_until = null;
    }
  };
  const setState = (row: Mutable, state: NoticeState) => {
    row.state = state;
    write('notification_state', { id: row.id, state, step: row.step });
  };
  return {
    log,
    counts,
    listed,
    send: (expiresInMs: number | null) => {
      const id = `notice ${rows.length}`;
      const expires_at = expiresInMs === null ? null : new Date(Date.now() + expiresInMs).toISOString();
      const data = { id, message: 'm', level: 'info', requires_ack: false, step: 0 };
      const seq = write('system_notification', expires_at === null ? data : { ...data, expires_at });
      rows.push({
        ...{ id, seq, title: null, message: 'm', level: 'info', link: null, sent_at: at(), sender: 's' },
        ...{ expires_at, requires_ack: false, test: false, state: 'pending', step: 0, delivered_at: null },
        ...{ seen_at: null, read_at: null, acknowledged_at: null, snoozed_until: null, archived_at: null },
        ...{ held_until: null },
      });
    },
    /** The notice is told again: it is back in the inbox. */
    escalate: (choice: number) => {
      const row = rows[choice % Math.max(1, rows.length)];
      if (!row) return;
      row.step += 1;
      row.archived_at = null;
      row.snoozed_until = null;
      const { id, message, level, step } = row;
      write('system_notification', { id, message, level, step, requires_ack: true });
    },
    act: (choice: number, changed: Action) => {
      const row = rows[choice % Math.max(1, rows.length)];
      if (!row) return;
      mark(row, changed);
      write('inbox_changed', { id: row.id, ...counts(), changed });
      if (changed === 'acknowledged') setState(row, 'acknowledged');
    },
    /** A colleague has done something about the notice, or the time of a hold is over. */
    setState: (choice: number, state: NoticeState) => {
      const row = rows[choice % Math.max(1, rows.length)];
      if (row) setState(row, state);
    },
    actOnAll: (changed: 'seen' | 'read') => {
      for (const row of rows) if (row.archived_at === null && !isSnoozed(row)) mark(row, changed);
      write('inbox_changed', { ...counts(), changed });
    },
    page: (list: InboxList, after: string | undefined): InboxPage => {
      const later = listed(list).filter(({ seq }) => after === undefined || seq < Number(after));
      const data = later.slice(0, PAGE).map((row) => ({ ...row }));
      const changes = rows
        .filter(({ archived_at, read_at }) => archived_at === null && read_at === null)
        .flatMap(({ snoozed_until, expires_at }) => [snoozed_until, expires_at])
        .filter((change): change is string => change !== null && Date.parse(change) > Date.now());
      return {
        data,
        next: later.length > PAGE ? String(data.at(-1)?.seq) : null,
        ...counts(),
        next_change_at: changes.toSorted()[0] ?? null,
        seq: log.length,
        epoch: EPOCH,
      };
    },
  };
};

const choice = fc.nat(30);
const states = fc.constantFrom<NoticeState>('pending', 'acknowledged', 'resolved', 'unanswered');
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('send' as const), expires: fc.boolean() }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('act' as const),
        choice,
        action: fc.constantFrom(...ACTIONS),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('actOnAll' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('escalate' as const), choice }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('state' as const), choice, state: states }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('deliver' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('refuse' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('more' as const) }) },
  ),
  { maxLength: 80, size: 'max' },
);

/** An inbox whose answers and events arrive late, whose loads fail, and whose connection drops. */
const createScene = (list: InboxList) => {
  const server = createServer();
  const fail = (text: string) => {
    throw new Error(`fault: ${text}`);
  };
  const stream = createStream(
    { event: () => undefined, fault: fail, guard: (run) => run(), confirmed: () => undefined, repair: fail },
    1_000,
  );
  stream.connected(EPOCH, 0, false);
  let delivered = 0;
  let isLive = true;
  let refusals = 0;
  const listeners = new Set<(state: State) => void>();
  const stateOf = (): State => ({ status: isLive ? 'live' : 'offline', sinceMs: 0 }) as unknown as State;
  const client = {
    follow: stream.follow.bind(stream),
    get state() {
      return stateOf();
    },
    onState: (listener: (state: State) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const tell = () => {
    for (const listener of listeners) listener(stateOf());
  };
  const inbox = new Inbox(client, list, async ({ state, after }) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (refusals > 0) {
      refusals -= 1;
      throw new Error('the server does not answer');
    }
    const page = server.page(state, after);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return page;
  });
  const deliver = () => {
    const next = server.log[delivered];
    if (!next || !isLive) return false;
    delivered += 1;
    stream.accept(next);
    return true;
  };
  return {
    server,
    inbox,
    deliver,
    setLive: (next: boolean) => {
      isLive = next;
      tell();
    },
    get isLive() {
      return isLive;
    },
    refuse: () => {
      refusals = Math.min(5, refusals + 1);
    },
  };
};

describe('an inbox', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each(['all', 'unread', 'archived'] as const)(
    'has the rows and counts of the server after any faults (%s)',
    async (list) => {
      await fc.assert(
        fc.asyncProperty(steps, async (script) => {
          const scene = createScene(list);
          const { server, inbox } = scene;
          const stop = inbox.subscribe(() => undefined);
          for (const step of script) {
            if (step.kind === 'send') server.send(step.expires ? 4_000 : null);
            else if (step.kind === 'act') server.act(step.choice, step.action);
            else if (step.kind === 'actOnAll') server.actOnAll('read');
            else if (step.kind === 'escalate') server.escalate(step.choice);
            else if (step.kind === 'state') server.setState(step.choice, step.state);
            else if (step.kind === 'deliver') scene.deliver();
            else if (step.kind === 'drop') scene.setLive(!scene.isLive);
            else if (step.kind === 'refuse') scene.refuse();
            else if (step.kind === 'more') void inbox.loadMore();
            else await jest.advanceTimersByTimeAsync(30);
          }
          scene.setLive(true);
          while (scene.deliver());
          await jest.advanceTimersByTimeAsync(60_000);
          while (inbox.state.hasMore) {
            void inbox.loadMore();
            await jest.advanceTimersByTimeAsync(1_000);
          }
          const { unread, unseen, live, error, notices } = inbox.state;
          expect({ unread, unseen, live, error }).toEqual({ ...server.counts(), live: true, error: null });
          expect(notices.map(({ id }) => id)).toEqual(server.listed(list).map(({ id }) => id));
          const flags = (row: InboxNotice) => [
            row.id,
            row.read_at === null,
            row.acknowledged_at === null,
            row.state,
            row.step,
          ];
          expect(notices.map(flags)).toEqual(server.listed(list).map(flags));
          stop();
          expect(jest.getTimerCount()).toBe(0);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('counts what arrives without loading anything', async () => {
    const scene = createScene('all');
    const load = jest.fn(scene.inbox.load);
    scene.inbox.load = load;
    const stop = scene.inbox.subscribe(() => undefined);
    await jest.advanceTimersByTimeAsync(100);
    for (let n = 0; n < 20; n++) scene.server.send(null);
    while (scene.deliver());
    await jest.advanceTimersByTimeAsync(1_000);
    expect([scene.inbox.state.unread, scene.inbox.state.notices.length]).toEqual([20, 20]);
    expect(load).toHaveBeenCalledTimes(1);
    stop();
  });

  it('counts what was snoozed again when the snooze is over, without an event', async () => {
    const scene = createScene('all');
    scene.server.send(null);
    scene.server.act(0, 'snoozed');
    while (scene.deliver());
    const stop = scene.inbox.subscribe(() => undefined);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(scene.inbox.state.unread).toBe(0);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(scene.inbox.state.unread).toBe(1);
    stop();
  });

  it('is gone from memory when nothing shows it any more', async () => {
    const scene = createScene('all');
    scene.server.send(null);
    const stop = scene.inbox.subscribe(() => undefined);
    await jest.advanceTimersByTimeAsync(100);
    expect(scene.inbox.state.notices).toHaveLength(1);
    stop();
    expect(scene.inbox.state.notices).toEqual([]);
  });
});
