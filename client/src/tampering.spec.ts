import fc from 'fast-check';
import { type IncomingEvent, parseFrame } from './events.js';
import { createStream } from './stream.js';

const EPOCH = 'a history';
/** Numbers from here on are none of the server's. */
const BOGUS = 1_000_000;

const event = (seq: number): IncomingEvent & { readonly seq: number } => ({
  type: 'lab_result',
  seq,
  data: {},
  ...{ tenant_id: 'one' },
});
const frame = (type: string, data: object): IncomingEvent => ({ type, data });

/** What a server of the contract sends on one connection: a replay, then live events with a position now and then. */
const framesOf = (visible: readonly number[], from: number, asked: boolean, head: number, to: number) => {
  const frames: IncomingEvent[] = [];
  const replayed = asked ? visible.filter((seq) => seq > from && seq <= head) : [];
  frames.push(...replayed.map(event));
  if (asked) frames.push(frame('resumed', { from, to: head, count: replayed.length }));
  let count = replayed.length;
  for (let seq = head + 1; seq <= to; seq += 1) {
    if (visible.includes(seq)) {
      frames.push(event(seq));
      count += 1;
    }
    if (seq % 3 === 0) frames.push(frame('position', { seq, count }));
  }
  frames.push(frame('position', { seq: to, count }));
  return frames;
};

const TAMPERING = ['keep', 'keep', 'keep', 'drop', 'repeat', 'swap', 'bogus', 'mangle', 'late'] as const;
type Tampering = (typeof TAMPERING)[number];

/** A man in the middle. */
const tamper = (
  frames: readonly IncomingEvent[],
  plan: readonly Tampering[],
): (IncomingEvent | undefined)[] => {
  const out: (IncomingEvent | undefined)[] = [];
  let held: IncomingEvent | undefined;
  frames.forEach((one, index) => {
    const what = plan[index] ?? 'keep';
    if (what === 'swap' && !held) {
      held = one;
      return;
    }
    if (what === 'keep' || what === 'swap') out.push(one);
    else if (what === 'repeat') out.push(one, one);
    else if (what === 'bogus') out.push(event(BOGUS + index), one);
    else if (what === 'late') out.push(one, frames[Math.max(0, index - 4)]);
    else if (what === 'mangle')
      out.push(parseFrame(JSON.stringify({ ...one, data: { ...one.data, seq: -1, to: 'x' } })));
    if (held) out.push(held);
    held = undefined;
  });
  return held ? [...out, held] : out;
};

describe('a stream that is tampered with', () => {
  it('is confirmed only when nothing is missing, and in the end delivers every event once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
        fc.array(fc.array(fc.constantFrom(...TAMPERING), { maxLength: 40 }), { minLength: 1, maxLength: 4 }),
        (isVisible, plans) => {
          const visible = isVisible.flatMap((shown, index) => (shown ? [index + 1] : []));
          const heard: number[] = [];
          let isBroken = false;
          const missing = (upTo: number) => visible.filter((seq) => seq <= upTo && !heard.includes(seq));
          const stream = createStream(
            {
              event: (one) => {
                if ('seq' in one && Number(one.seq) < BOGUS) heard.push(Number(one.seq));
              },
              fault: () => undefined,
              guard: (run) => run(),
              confirmed: () => expect(missing(Number(stream.position?.seq))).toEqual([]),
              repair: () => {
                isBroken = true;
              },
            },
            100,
          );
          const step = Math.ceil(isVisible.length / plans.length);
          let head = 0;
          /** True when it was not broken. */
          const connect = (to: number, plan: readonly Tampering[]): boolean => {
            const asked = stream.position !== null;
            const from = Number(stream.position?.seq ?? 0);
            stream.connected(EPOCH, head, asked);
            isBroken = false;
            for (const one of tamper(framesOf(visible, from, asked, head, to), plan)) {
              if (one && !isBroken) stream.accept(one);
            }
            head = to;
            return !isBroken;
          };
          for (const plan of plans) connect(Math.min(head + step, isVisible.length), plan);
          // At most once, however often it was told.
          expect(heard).toEqual([...new Set(heard)]);
          expect(connect(isVisible.length, [])).toBe(true);
          expect([...heard].sort((a, b) => a - b)).toEqual(visible);
          expect(stream.position).toEqual({ epoch: EPOCH, seq: isVisible.length });
          expect(stream.replaying).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});
