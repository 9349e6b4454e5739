import type { Program } from '../../support/program.js';
import type { Finding } from '../support/oracle.js';

/** What a scenario gets from the runner. */
export interface ScenarioOptions {
  /** Chooses everything that is random, so that a run can be repeated. */
  readonly seed: number;
  /** Ends the run early; everything that it started is ended all the same. */
  readonly abort?: AbortSignal;
  /** Reports progress to a person who watches. */
  readonly say: (line: string) => void;
}

/** What a scenario has shown. */
export interface ScenarioResult {
  /** Every broken promise; empty when the guarantee held. */
  readonly findings: readonly Finding[];
  /** Figures for `docs/reliability.md`, with their units, such as `{ 'stale after': '3.1 s' }`. */
  readonly measured: Readonly<Record<string, string>>;
}

/** One fault that is staged on purpose, with the guarantee that must hold through it. */
export interface Scenario {
  /** Kebab case; `npm run test:faults -- --scenario <name>` runs it. */
  readonly name: string;
  /** The guarantee as a full sentence; it is the title of the test. */
  readonly guarantee: string;
  /** Short enough (under 30 s) for `npm test`; the others run with `npm run test:faults` only. */
  readonly isShort: boolean;
  /** Programs without which it is skipped; `scripts/lib/programs.mjs` installs them. */
  readonly needs?: readonly Program[];
  run(options: ScenarioOptions): Promise<ScenarioResult>;
}
