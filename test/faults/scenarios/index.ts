import { cutFromPostgres } from './cut-from-postgres.js';
import { ghosts } from './ghosts.js';
import { heldHead } from './held-head.js';
import { lostCommits } from './lost-commits.js';
import { promotedStandby } from './promoted-standby.js';
import { refusedWrites } from './refused-writes.js';
import type { Scenario } from './scenario.js';
import { slowReaders } from './slow-readers.js';
import { tamperingProxy } from './tampering-proxy.js';

/** Every scenario of the fault rig, in alphabetical order of their names. */
export const SCENARIOS: readonly Scenario[] = [
  cutFromPostgres,
  ghosts,
  heldHead,
  lostCommits,
  promotedStandby,
  refusedWrites,
  slowReaders,
  tamperingProxy,
];
