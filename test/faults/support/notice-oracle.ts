import type { LogRow } from './ledger.js';
import type { CrewNotice } from './notice-crew.js';
import type { Finding } from './oracle.js';
import type { Span } from './spans.js';

/** A notice as the database has it in the end. */
export interface StoredNotice {
  readonly id: string;
  readonly state: string;
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly dueMs: number | null;
}

/** Between the time of a step and that of its event, both taken in one function of the database. */
const MAX_EARLY_MS = 50;
/** Steps of a notice of the crew: the nurse, the charge nurse, the fallback, and its first repeat. */
const STEPS = [0, 1, 2, 2];

/**
 * Each notice was acknowledged, or escalated exactly as its policy says, and its people were told each new state once: no step skipped, doubled, begun before its time or
 * after an acknowledgement, or begun more than `maxLateMs` after its time and after the trouble of that time was over.
 * @param troubles when an instance, the database or the clinic's log could not work, in milliseconds since 1970
 */
export function judgeNotices(
  notices: readonly CrewNotice[],
  stored: ReadonlyMap<string, StoredNotice>,
  rows: ReadonlyMap<string, readonly LogRow[]>,
  troubles: readonly Span[],
  maxLateMs: number,
): { readonly findings: Finding[]; readonly latenessMs: readonly number[] } {
  const findings: Finding[] = [];
  const latenessMs: number[] = [];
  for (const notice of notices) {
    const say = (kind: Finding['kind'], text: string): void => {
      findings.push({ kind, text: `notice ${notice.id}: ${text}` });
    };
    const events = (rows.get(notice.tenantId) ?? []).filter(({ data }) => data['id'] === notice.id);
    const told = events.filter(({ type }) => type === 'system_notification');
    const steps = told.map(({ data }) => Number(data['step']));
    if (steps.some((step, index) => step !== STEPS[index]))
      say(steps.length > STEPS.length ? 'repeated' : 'lost', `went through the steps ${steps.join(', ')}`);
    const acknowledged = events.find(
      ({ type, data }) => type === 'inbox_changed' && data['changed'] === 'acknowledged',
    );
    const now = stored.get(notice.id);
    const expected = acknowledged ? 'acknowledged' : 'unanswered';
    if (now?.state !== expected) say('lost', `is ${now?.state} and not ${expected}`);
    if (!acknowledged && steps.length < STEPS.length)
      say('lost', `ended with step ${steps.at(-1)}, and nobody has acknowledged`);
    const states = events.flatMap(({ type, data }) =>
      type === 'notification_state' ? [String(data['state'])] : [],
    );
    const expectedStates = [
      ...(steps.length < STEPS.length ? [] : ['unanswered']),
      ...(acknowledged ? ['acknowledged'] : []),
    ];
    if (states.join() !== expectedStates.join())
      say(
        states.length > expectedStates.length ? 'repeated' : 'lost',
        `told its people the states ${states.join(', ')} and not ${expectedStates.join(', ')}`,
      );
    for (const [index, row] of told.entries()) {
      if (acknowledged && row.seq > acknowledged.seq)
        say('repeated', `step ${steps[index]} began after the acknowledgement`);
      const before = told[index - 1];
      if (!before) continue;
      const dueMs = Date.parse(before.timestamp) + 1_000 * (notice.withinS[index - 1] ?? 0);
      const atMs = Date.parse(row.timestamp);
      if (atMs < dueMs - MAX_EARLY_MS) say('altered', `step ${steps[index]} began ${dueMs - atMs} ms early`);
      const lateMs = atMs - Math.max(dueMs, endOfTrouble(troubles, dueMs, atMs));
      latenessMs.push(Math.max(0, lateMs));
      if (lateMs > maxLateMs) say('unavailable', `step ${steps[index]} began ${Math.round(lateMs)} ms late`);
    }
  }
  return { findings, latenessMs };
}

/** When the last trouble between the two times was over. */
const endOfTrouble = (troubles: readonly Span[], dueMs: number, atMs: number): number =>
  Math.max(
    0,
    ...troubles
      .filter(({ fromMs, untilMs }) => fromMs < atMs && untilMs > dueMs)
      .map(({ untilMs }) => Math.min(untilMs, atMs)),
  );

/** The counts that a person was told last, with what has arrived since, are those of the rows. */
export function judgeBadge(
  person: string,
  log: readonly LogRow[],
  counts: { readonly unread: number; readonly unseen: number },
): Finding[] {
  const own = log.filter(({ audience }) => audience?.user_ids?.includes(person) === true);
  const told = own.findLast(({ type }) => type === 'inbox_changed');
  if (!told) return [];
  const known = new Set<unknown>();
  let arrived = 0;
  for (const { type, seq, data } of own) {
    if (type !== 'system_notification') continue;
    if (seq > told.seq && !known.has(data['id'])) arrived += 1;
    known.add(data['id']);
  }
  const unread = Number(told.data['unread']) + arrived;
  const unseen = Number(told.data['unseen']) + arrived;
  if (unread === counts.unread && unseen === counts.unseen) return [];
  return [
    {
      kind: 'altered',
      text: `${person} was told ${unread} unread, ${unseen} unseen at ${told.seq} and later; the rows say ${counts.unread}, ${counts.unseen}`,
    },
  ];
}
