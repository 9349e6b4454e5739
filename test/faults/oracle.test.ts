import { describe, expect, it } from '@jest/globals';
import type { Deed, LogRow } from './support/ledger.js';
import { judgeBadge, judgeNotices } from './support/notice-oracle.js';
import {
  judgeClaims,
  judgeFreshness,
  judgeLimit,
  judgeList,
  judgeNumbers,
  judgePresence,
  judgeStream,
  judgeWrites,
} from './support/oracle.js';
import type { Claim } from './support/raw-viewer.js';
import type { Frame, Segment, Viewer } from './support/subscriber.js';
import { CANARY } from './support/writer.js';

const CLINIC = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';

const row = (seq: number, more: Partial<LogRow> = {}): LogRow => ({
  tenantId: CLINIC,
  seq,
  id: `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`,
  type: 'task_updated',
  data: { key: `k${seq}` },
  audience: null,
  timestamp: '2026-11-20T08:00:00.000Z',
  actorId: seq === 2 ? 'somebody' : null,
  ...more,
});
const log = [1, 2, 3, 4, 5, 6].map((seq) => row(seq));
const rows = new Map([
  [CLINIC, log],
  [OTHER, [row(1, { tenantId: OTHER })]],
]);
const frameOf = ({ tenantId, seq, type, id, timestamp, actorId, data }: LogRow): Frame => ({
  tenantId,
  seq,
  atMs: 0,
  body: {
    type,
    id,
    seq,
    tenant_id: tenantId,
    timestamp,
    ...(actorId === null ? {} : { actor_id: actorId }),
    data,
  },
});
const frames = (...seqs: number[]): Frame[] => seqs.map((seq) => frameOf(log[seq - 1] ?? row(seq)));
const clinician: Viewer = { name: 'clinician', tenantId: CLINIC, role: 'clinician', userId: 'u1' };
const segment = (after: number, received: Frame[], more: Partial<Segment> = {}): Segment => ({
  tenantId: CLINIC,
  after,
  frames: received,
  isClosed: false,
  ...more,
});
const kinds = (viewer: Viewer, segments: Segment[], known = rows): string[] =>
  judgeStream(viewer, segments, known).map(({ kind }) => kind);

describe('the oracle of streams', () => {
  it('finds nothing in a stream that is whole', () => {
    expect(kinds(clinician, [segment(0, frames(1, 2, 3, 4, 5, 6))])).toEqual([]);
    expect(kinds(clinician, [segment(4, frames(5, 6))])).toEqual([]);
    expect(kinds(clinician, [segment(6, [])])).toEqual([]);
  });

  it.each([
    ['a lost event in the middle', frames(1, 2, 4, 5, 6), ['lost']],
    ['a lost event at the start', frames(2, 3, 4, 5, 6), ['lost']],
    ['a lost event at the end', frames(1, 2, 3, 4, 5), ['lost']],
    ['nothing at all', [], ['lost', 'lost', 'lost', 'lost', 'lost', 'lost']],
    ['a repeated event', frames(1, 2, 3, 3, 4, 5, 6), ['repeated']],
    ['two events in the wrong order', frames(1, 3, 2, 4, 5, 6), ['repeated']],
    ['an event that was never committed', frames(1, 2, 3, 4, 5, 6, 7), ['altered']],
  ])('finds %s', (_, received, expected) => {
    expect(kinds(clinician, [segment(0, received)])).toEqual(expected);
  });

  it('finds another tenant’s event', () => {
    const foreign = frameOf(row(1, { tenantId: OTHER }));
    expect(
      kinds(clinician, [segment(0, frames(1, 2, 3, 4, 5, 6)), segment(0, [foreign], { tenantId: OTHER })]),
    ).toEqual(['foreign']);
  });

  it('finds an event that is for other roles or people, and one that they should have had', () => {
    const chosen = new Map([
      [CLINIC, [row(1, { audience: { roles: ['front_desk'] } }), row(2, { audience: { user_ids: ['u2'] } })]],
    ]);
    const all = (chosen.get(CLINIC) ?? []).map(frameOf);
    expect(kinds(clinician, [segment(0, all)], chosen)).toEqual(['foreign', 'foreign']);
    expect(kinds(clinician, [segment(0, [])], chosen)).toEqual([]);
    expect(kinds({ ...clinician, userId: 'u2' }, [segment(0, [])], chosen)).toEqual(['lost']);
    expect(kinds({ ...clinician, role: 'front_desk' }, [segment(0, [])], chosen)).toEqual(['lost']);
  });

  it('finds a field that the role may not see, and clinical text wherever it stands', () => {
    const patient = row(1, {
      type: 'patient_created',
      data: { id: 'p', tenant_id: CLINIC, mrn: 'm', first_name: 'Ada', version: 1, notes: CANARY },
    });
    const known = new Map([[CLINIC, [patient]]]);
    const frontDesk: Viewer = { ...clinician, role: 'front_desk' };
    const superAdmin: Viewer = { ...clinician, role: 'super_admin', tenantId: null };
    expect(kinds(clinician, [segment(0, [frameOf(patient)])], known)).toEqual([]);
    expect(kinds(frontDesk, [segment(0, [frameOf(patient)])], known)).toEqual(
      expect.arrayContaining(['altered', 'foreign']),
    );
    expect(kinds(superAdmin, [segment(0, [frameOf(patient)])], known)).toEqual(
      expect.arrayContaining(['altered', 'foreign']),
    );
    const seen = { id: 'p', tenant_id: CLINIC, mrn: 'm', first_name: 'Ada', version: 1 };
    const shaped = { ...frameOf(patient), body: { ...frameOf(patient).body, data: seen } };
    expect(kinds(frontDesk, [segment(0, [shaped])], known)).toEqual([]);
    // the clinician should have had the notes
    expect(kinds(clinician, [segment(0, [shaped])], known)).toEqual(['altered']);
  });

  it('finds content that is not what was committed', () => {
    const changed = frames(1).map((frame) => ({ ...frame, body: { ...frame.body, data: { key: 'x' } } }));
    expect(kinds(clinician, [segment(0, [...changed, ...frames(2, 3, 4, 5, 6)])])).toEqual(['altered']);
  });

  it('finds a CloudEvent whose attributes are missing', () => {
    const order = row(1, { cloudEvent: { id: 'a', source: '/orders' } });
    const known = new Map([[CLINIC, [order]]]);
    const whole = { ...frameOf(order), body: { ...frameOf(order).body, cloud_event: order.cloudEvent } };
    expect(kinds(clinician, [segment(0, [whole])], known)).toEqual([]);
    expect(kinds(clinician, [segment(0, [frameOf(order)])], known)).toEqual(['altered']);
  });

  it('expects of a part that a resync has closed only that it has no hole', () => {
    const closed = { isClosed: true };
    expect(kinds(clinician, [segment(0, frames(1, 2), closed), segment(4, frames(5, 6))])).toEqual([]);
    expect(kinds(clinician, [segment(0, frames(1, 3), closed), segment(4, frames(5, 6))])).toEqual(['lost']);
    expect(kinds(clinician, [segment(0, frames(1, 2), closed), segment(4, frames(6))])).toEqual(['lost']);
  });
});

describe('the oracle of writes', () => {
  const deed = (seq: number, outcome: Deed['outcome']): Deed => ({
    tenantId: CLINIC,
    signature: `task_updated k${seq}`,
    outcome,
  });
  const judge = (deeds: Deed[], known: LogRow[]): string[] =>
    judgeWrites(deeds, new Map([[CLINIC, known]])).map(({ kind }) => kind);

  it.each([
    ['an acknowledged write with its event', [deed(1, 'acknowledged')], [row(1)], []],
    ['an unknown write with its event', [deed(1, 'unknown')], [row(1)], []],
    ['an unknown write without', [deed(1, 'unknown')], [], []],
    ['an undone write without', [deed(1, 'undone')], [], []],
  ])('finds nothing in %s', (_, deeds, known, expected) => {
    expect(judge(deeds, known)).toEqual(expected);
  });

  it.each([
    ['an acknowledged write without its event', [deed(1, 'acknowledged')], [], ['lost']],
    [
      'a write that happened twice',
      [deed(1, 'acknowledged')],
      [row(1), row(2, { data: { key: 'k1' } })],
      ['repeated'],
    ],
    [
      'a write of unknown outcome that happened twice',
      [deed(1, 'unknown')],
      [row(1), row(2, { data: { key: 'k1' } })],
      ['repeated'],
    ],
    ['an undone write with an event', [deed(1, 'undone')], [row(1)], ['altered']],
    ['an event that nobody wrote', [], [row(1)], ['altered']],
  ])('finds %s', (_, deeds, known, expected) => {
    expect(judge(deeds, known)).toEqual(expected);
  });

  it('finds holes in the numbers and a head that is not the last', () => {
    const heads = (head: number) => new Map([[CLINIC, head]]);
    const judged = (known: LogRow[], head: number) => judgeNumbers(new Map([[CLINIC, known]]), heads(head));
    expect(judged(log, 6)).toEqual([]);
    expect(judged(log.toSpliced(2, 1), 6)).toHaveLength(1);
    expect(judged(log, 7)).toHaveLength(1);
  });
});

describe('the oracle of lists', () => {
  const committed = new Map([
    ['a', 1],
    ['b', 3],
  ]);
  const judge = (shown: { id: string; version: number }[]): string[] =>
    judgeList(clinician, shown, committed).map(({ kind }) => kind);
  const a = { id: 'a', version: 1 };
  const b = { id: 'b', version: 3 };

  it('finds nothing in the list that is in the database, in any order', () => {
    expect(judge([b, a])).toEqual([]);
  });

  it.each([
    ['a missing row', [a], ['lost']],
    ['an old row', [a, { id: 'b', version: 2 }], ['lost']],
    ['a row twice', [a, b, b], ['repeated']],
    ['a deleted row', [a, b, { id: 'c', version: 1 }], ['altered']],
  ])('finds %s', (_, shown, expected) => {
    expect(judge(shown)).toEqual(expected);
  });

  it('finds a list that was never shown', () => {
    expect(judgeList(clinician, undefined, committed)).toHaveLength(1);
  });
});

describe('the oracle of presence', () => {
  const connected = new Set(['ada', 'ben']);
  const judge = (believed?: string[]): string[] =>
    judgePresence('watcher', believed && new Set(believed), connected).map(({ kind }) => kind);

  it.each([
    ['nothing when the users who are connected are online', ['ben', 'ada'], []],
    ['a user who is connected and not online', ['ada'], ['stale']],
    ['a user who is online without a connection', ['ada', 'ben', 'eve'], ['stale']],
    ['a watcher that is not connected', undefined, ['unavailable']],
  ])('finds %s', (_, believed, expected) => {
    expect(judge(believed)).toEqual(expected);
  });
});

describe('the oracle of freshness', () => {
  const MAX_MS = 3_000;
  /** Committed, as far as the oracle could see, at 1 s and at 2 s. */
  const observed = new Map([
    [
      CLINIC,
      [
        { seq: 5, atMs: 1_000 },
        { seq: 6, atMs: 2_000 },
      ],
    ],
  ]);
  const cameAt = (...times: number[]) =>
    segment(
      6 - times.length,
      frames(...[5, 6].slice(2 - times.length)).map((frame, at) => ({ ...frame, atMs: times[at] ?? 0 })),
    );
  const judge = (received: Segment, vouched: { fromMs: number; untilMs: number }[]): string[] =>
    judgeFreshness(clinician, [received], vouched, observed, rows, MAX_MS).map(({ kind }) => kind);
  const always = [{ fromMs: 0, untilMs: 60_000 }];

  it.each([
    ['events that came in time', cameAt(1_100, 4_900), always, []],
    [
      'an event that came late while the stream was passed as complete',
      cameAt(1_100, 5_600),
      always,
      ['stale'],
    ],
    ['an event that never came', segment(4, frames(5)), always, ['stale']],
    [
      'events that came late while nothing was said',
      cameAt(9_000, 9_000),
      [{ fromMs: 0, untilMs: 3_900 }],
      [],
    ],
    [
      'a stream that was passed as complete again before the event came',
      cameAt(9_000, 9_000),
      [
        { fromMs: 0, untilMs: 3_900 },
        { fromMs: 8_000, untilMs: 8_600 },
      ],
      ['stale'],
    ],
    [
      'a position that a paused instance sent after its pause, just before the event',
      cameAt(9_000, 9_000),
      [
        { fromMs: 0, untilMs: 3_900 },
        { fromMs: 8_600, untilMs: 13_600 },
      ],
      [],
    ],
    ['events of before the stream began', segment(6, []), always, []],
  ])('judges %s', (_, received, vouched, expected) => {
    expect(judge(received, vouched)).toEqual(expected);
  });
});

describe('the oracle of what the server says of a stream', () => {
  const claim = (seq: number, received: number, more: Partial<Claim> = {}): Claim => ({
    kind: 'position',
    seq,
    count: received,
    received,
    receivedInAll: received,
    ...more,
  });
  const judge = (claims: Claim[], received = frames(1, 2, 3, 4, 5, 6)): string[] =>
    judgeClaims(clinician, segment(0, received), claims, log).map(({ kind }) => kind);

  it.each([
    ['a position that is so', [claim(3, 3), claim(6, 6)], []],
    ['a position ahead of its events, which came later', [claim(4, 3)], ['lost']],
    ['a count of more events than came', [claim(3, 3, { count: 4 })], ['altered']],
    ['a count of fewer', [claim(3, 3, { count: 2 })], ['altered']],
    ['the count of another connection', [claim(6, 2, { receivedInAll: 6 })], []],
  ])('judges %s', (_, claims, expected) => {
    expect(judge(claims)).toEqual(expected);
  });

  it('does not wait for what the client may not see', () => {
    const other: Viewer = { ...clinician, types: ['patient_created'] };
    expect(judgeClaims(other, segment(0, []), [claim(6, 0)], log)).toEqual([]);
  });
});

describe('the oracle of limits', () => {
  const sample = (atMs: number, open: number, isBroken = false) => ({ atMs, open, isBroken });
  const LIMIT = 4;
  it.each([
    ['a full clinic', [sample(0, 4), sample(9_000, 4)], []],
    ['a clinic that is above for a moment', [sample(0, 6), sample(900, 6), sample(1_100, 4)], []],
    ['a clinic that stays above', [sample(0, 6), sample(500, 5), sample(1_100, 5)], ['limit']],
    ['an instance that stands still', [sample(0, 6, true), sample(5_000, 6, true), sample(5_500, 6)], []],
    [
      'one that goes on and closes nothing',
      [sample(0, 6, true), sample(500, 6), sample(1_600, 6)],
      ['limit'],
    ],
  ])('judges %s', (_, samples, expected) => {
    expect(judgeLimit(samples, LIMIT, 1_000).map(({ kind }) => kind)).toEqual(expected);
  });
});

describe('The oracle of notices', () => {
  const notice = { id: 'n1', tenantId: CLINIC, withinS: [1, 2, 1] };
  const at = (ms: number) => new Date(Date.parse('2026-11-20T08:00:00.000Z') + ms).toISOString();
  const told = (seq: number, step: number, ms: number): LogRow =>
    row(seq, { type: 'system_notification', data: { id: 'n1', step }, timestamp: at(ms) });
  const changed = (seq: number): LogRow =>
    row(seq, { type: 'inbox_changed', data: { id: 'n1', changed: 'acknowledged' } });
  const stated = (seq: number, state: string): LogRow =>
    row(seq, { type: 'notification_state', data: { id: 'n1', state } });
  const acknowledged = (seq: number): LogRow[] => [stated(seq, 'acknowledged'), changed(seq + 1)];
  const judge = (
    events: readonly (LogRow | readonly LogRow[])[],
    state: string,
    troubles: readonly (readonly [fromMs: number, untilMs: number])[] = [],
  ) =>
    judgeNotices(
      [notice],
      new Map([['n1', { id: 'n1', state, step: 0, dueMs: null }]]),
      new Map([[CLINIC, events.flat()]]),
      troubles.map(([fromMs, untilMs]) => ({
        fromMs: Date.parse(at(fromMs)),
        untilMs: Date.parse(at(untilMs)),
      })),
      1_000,
    ).findings.map(({ kind }) => kind);
  const all = [
    told(1, 0, 0),
    told(2, 1, 1_200),
    told(3, 2, 3_300),
    told(4, 2, 4_400),
    stated(5, 'unanswered'),
  ];

  it.each([
    ['an escalation in time', all, 'unanswered', []],
    ['one that an acknowledgement ended', [told(1, 0, 0), acknowledged(2)], 'acknowledged', []],
    [
      'a step that waited for the end of a trouble',
      [told(1, 0, 0), told(2, 1, 9_000), acknowledged(3)],
      'acknowledged',
      [[500, 8_500]],
    ],
  ] as const)('finds nothing in %s', (_, events, state, troubles) => {
    expect(judge(events, state, troubles)).toEqual([]);
  });

  it.each([
    ['a skipped step', [told(1, 0, 0), told(2, 2, 1_200), acknowledged(3)], 'acknowledged', 'lost'],
    [
      'a doubled step',
      [told(1, 0, 0), told(2, 1, 1_200), told(3, 1, 1_300), acknowledged(4)],
      'acknowledged',
      'lost',
    ],
    ['a repeat before its time', [...all, told(6, 2, 5_000)], 'unanswered', 'repeated'],
    [
      'a step that began late',
      [told(1, 0, 0), told(2, 1, 9_000), acknowledged(3)],
      'acknowledged',
      'unavailable',
    ],
    [
      'a step that began early',
      [told(1, 0, 0), told(2, 1, 1_000), told(3, 2, 1_500), acknowledged(4)],
      'acknowledged',
      'altered',
    ],
    [
      'a step after the acknowledgement',
      [told(1, 0, 0), acknowledged(2), told(4, 1, 1_200)],
      'acknowledged',
      'repeated',
    ],
    ['an escalation that stopped', [told(1, 0, 0), told(2, 1, 1_200)], 'pending', 'lost'],
    ['a state that nobody was told', [told(1, 0, 0), changed(2)], 'acknowledged', 'lost'],
    [
      'a state that was told twice',
      [told(1, 0, 0), acknowledged(2), stated(4, 'acknowledged')],
      'acknowledged',
      'repeated',
    ],
    ['an acknowledgement that got lost', [told(1, 0, 0), acknowledged(2)], 'pending', 'lost'],
  ] as const)('finds %s', (_, events, state, kind) => {
    expect(judge(events, state)).toContain(kind);
  });

  it('finds a badge that is not that of the rows', () => {
    const changed = row(1, {
      type: 'inbox_changed',
      audience: { user_ids: ['u1'] },
      data: { changed: 'read', unread: 2, unseen: 1 },
    });
    expect(judgeBadge('u1', [changed], { unread: 2, unseen: 1 })).toEqual([]);
    expect(judgeBadge('u1', [changed], { unread: 3, unseen: 1 })).toHaveLength(1);
    const arrival = (seq: number, id: string) =>
      row(seq, { type: 'system_notification', audience: { user_ids: ['u1'] }, data: { id, step: 0 } });
    const later = [changed, arrival(2, 'a'), arrival(3, 'a'), arrival(4, 'b')];
    expect(judgeBadge('u1', later, { unread: 4, unseen: 3 })).toEqual([]);
    expect(judgeBadge('u1', later, { unread: 5, unseen: 4 })).toHaveLength(1);
  });
});
