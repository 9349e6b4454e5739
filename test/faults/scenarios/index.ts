import type { Scenario } from './scenario.js';

/** Every scenario of the fault rig, in alphabetical order of their names. */
export const SCENARIOS: readonly Scenario[] = [];
