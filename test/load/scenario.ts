import type { LoadClient } from './load-client.js';
import type { Placement } from './machine.js';
import type { Peers } from './targets/peer-target.js';
import type { Postgres } from './targets/postgres.js';
import type { Target } from './targets/target.js';
import type { WardbellContender } from './targets/wardbell.js';

/** `quick` shows that everything works, `full` is what is published, `long` adds what takes many minutes. */
export type Form = 'quick' | 'full' | 'long';

/** What a scenario is given to work with. */
export interface Bench {
  readonly form: Form;
  readonly soakMinutes: number;
  readonly placement: Placement;
  readonly postgres: Postgres;
  readonly peers: Peers;
  /** Ours, and perhaps another checkout of ours to compare with. */
  readonly wardbells: readonly WardbellContender[];
  /** A value by the form of the run. */
  pick<T>(quick: T, full: T): T;
  /** Runs work with a fresh load client, which is ended afterwards. */
  withClient<T>(work: (client: LoadClient) => Promise<T>): Promise<T>;
}

/** Measured values by their column's key. */
export type Figures = Readonly<Record<string, number>>;

export interface Column {
  readonly key: string;
  readonly title: string;
  readonly digits?: number;
  /** Shown as a multiple of the floor's too. */
  readonly isRatio?: boolean;
}

/** One way to come to figures. A row of its table is a contender under a variant. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  /** Measured by `npm run bench` without `--only`. */
  readonly isDefault: boolean;
  rows(bench: Bench): readonly Row[];
}

export interface Row {
  readonly name: string;
  /** The row whose figures are 1.0. */
  readonly isFloor?: boolean;
  measure(): Promise<Figures>;
}

/** Starts a contender, works with it, and leaves nothing behind. */
export const using = async <T extends Target, R>(
  starting: Promise<T>,
  work: (target: T) => Promise<R>,
): Promise<R> => {
  const target = await starting;
  try {
    return await work(target);
  } finally {
    await target.stop();
  }
};
