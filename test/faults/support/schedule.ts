import type { EmissionManner } from './emitter.js';
import type { FloodKind } from './frame-flood.js';
import type { Random } from './random.js';

/** One thing that goes wrong. Times in milliseconds, counted from the start of the run. */
export type Fault = { readonly atMs: number } & (
  | { readonly kind: 'kill server' | 'stop server'; readonly instance: number }
  | {
      readonly kind: 'freeze server' | 'outlive slots' | 'cut from database';
      readonly instance: number;
      readonly forMs: number;
    }
  | { readonly kind: 'kill database' | 'freeze database'; readonly forMs: number }
  | { readonly kind: 'cut connections'; readonly count: number }
  | { readonly kind: 'delay'; readonly minMs: number; readonly maxMs: number; readonly forMs: number }
  | { readonly kind: 'stall readers'; readonly count: number; readonly forMs: number }
  | { readonly kind: 'lose notices' | 'false notices' }
  | { readonly kind: 'clock jump'; readonly byMs: number; readonly clients: number }
  | { readonly kind: 'held transaction' }
  | { readonly kind: 'odd transaction'; readonly manner: EmissionManner }
  | { readonly kind: 'held head'; readonly forMs: number }
  | { readonly kind: 'hang-ups'; readonly instance: number; readonly count: number }
  | { readonly kind: 'flood'; readonly instance: number; readonly frames: FloodKind }
  | {
      readonly kind: 'slow readers';
      readonly instance: number;
      readonly count: number;
      readonly forMs: number;
    }
  | { readonly kind: 'tamper'; readonly percent: number; readonly forMs: number }
  | { readonly kind: 'clock step'; readonly byS: number }
  | { readonly kind: 'restart sidecar' }
  | { readonly kind: 'failing webhooks'; readonly forMs: number }
  | { readonly kind: 'burst'; readonly events: number; readonly dataBytes: number; readonly stalled: number }
);
export type FaultKind = Fault['kind'];

export const FAULT_KINDS = [
  'kill server',
  'stop server',
  'freeze server',
  'kill database',
  'freeze database',
  'cut connections',
  'delay',
  'stall readers',
  'lose notices',
  'false notices',
  'clock jump',
  'held transaction',
  'burst',
  'cut from database',
  'odd transaction',
  'held head',
  'hang-ups',
  'flood',
  'slow readers',
  'tamper',
  'clock step',
  'restart sidecar',
  'failing webhooks',
  'outlive slots',
] as const satisfies readonly FaultKind[];

type DealtKind = Exclude<FaultKind, 'outlive slots'>;
const DEALT = FAULT_KINDS.filter((kind): kind is DealtKind => kind !== 'outlive slots');

/** The database is one at a time: a second fault of it would only wait for the first. */
const OF_DATABASE: ReadonlySet<FaultKind> = new Set(['kill database', 'freeze database']);
const HOUR_MS = 3_600_000;
const HOUR_S = 3_600;
/** It makes a run half a minute longer, so it is not dealt with the others: one run in so many begins with it. */
const RUNS_PER_OUTLIVED_SLOTS = 12;
/** An instance counts for 20 s after its last heartbeat, and another one must have run for so long to say so. */
const OUTLIVE_MS = 32_000;

/**
 * What goes wrong in a run of this length, by chance that can be had again. Kinds are dealt like cards, so that
 * none is missing in a run of some length.
 */
export const planFaults = (random: Random, runMs: number, instances: number): Fault[] => {
  const faults: Fault[] = [];
  const frozen = random.isTrue(1 / RUNS_PER_OUTLIVED_SLOTS) ? random.between(0, instances - 1) : undefined;
  if (frozen !== undefined)
    faults.push({ kind: 'outlive slots', atMs: 0, instance: frozen, forMs: OUTLIVE_MS });
  /** The others: a signal to the one that stands still would end its pause. */
  const targets = Array.from({ length: instances }, (_, index) => index).filter((index) => index !== frozen);
  let deck: DealtKind[] = [];
  let databaseFreeMs = 0;
  for (let atMs = 500; atMs < runMs; atMs += random.between(500, 2_000)) {
    if (deck.length === 0) deck = random.some(DEALT, DEALT.length);
    const next = deck.findIndex((kind) => atMs >= databaseFreeMs || !OF_DATABASE.has(kind));
    const [kind] = next === -1 ? [] : deck.splice(next, 1);
    if (kind === undefined) continue;
    const fault = deal(kind, atMs, random, random.pick(targets));
    if (OF_DATABASE.has(kind) && 'forMs' in fault) databaseFreeMs = atMs + fault.forMs + 1_500;
    faults.push(fault);
  }
  return faults;
};

const deal = (kind: DealtKind, atMs: number, random: Random, instance: number): Fault => {
  switch (kind) {
    case 'kill server':
    case 'stop server':
      return { kind, atMs, instance };
    case 'freeze server':
      return { kind, atMs, instance, forMs: random.between(200, 4_000) };
    case 'kill database':
      return { kind, atMs, forMs: random.between(0, 2_500) };
    case 'freeze database':
      return { kind, atMs, forMs: random.between(200, 5_000) };
    case 'cut connections':
      return { kind, atMs, count: random.between(1, 20) };
    case 'delay':
      return {
        kind,
        atMs,
        minMs: random.between(0, 50),
        maxMs: random.between(50, 300),
        forMs: random.between(500, 3_000),
      };
    case 'stall readers':
      return { kind, atMs, count: random.between(1, 10), forMs: random.between(500, 8_000) };
    case 'restart sidecar':
    case 'lose notices':
    case 'false notices':
    case 'held transaction':
      return { kind, atMs };
    case 'clock jump':
      return { kind, atMs, byMs: random.between(-HOUR_MS, HOUR_MS), clients: random.between(1, 10) };
    case 'cut from database':
      return { kind, atMs, instance, forMs: random.between(1_000, 10_000) };
    case 'odd transaction':
      return {
        kind,
        atMs,
        manner: random.pick(['immediate', 'repeatable read', 'serializable', 'prepared']),
      };
    case 'held head':
      return { kind, atMs, forMs: random.between(500, 7_000) };
    case 'hang-ups':
      return { kind, atMs, instance, count: random.between(5, 40) };
    case 'flood':
      return { kind, atMs, instance, frames: random.pick(['pings', 'pongs', 'empty fragments']) };
    case 'slow readers':
      return { kind, atMs, instance, count: random.between(1, 8), forMs: random.between(1_000, 6_000) };
    case 'tamper':
      return { kind, atMs, percent: random.between(5, 20), forMs: random.between(1_000, 6_000) };
    case 'failing webhooks':
      return { kind, atMs, forMs: random.between(500, 3_000) };
    case 'clock step':
      return { kind, atMs, byS: -random.between(0, HOUR_S) };
    case 'burst':
      return {
        kind,
        atMs,
        events: random.between(50, 250),
        dataBytes: random.between(1_000, 20_000),
        stalled: random.between(0, 8),
      };
  }
};
