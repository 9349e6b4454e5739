import { crashNearFullLimit } from './crash-near-full-limit.js';
import { cutFromPostgres } from './cut-from-postgres.js';
import { ghosts } from './ghosts.js';
import { heldHead } from './held-head.js';
import { lostCommits } from './lost-commits.js';
import { pausedVm } from './paused-vm.js';
import { promotedStandby } from './promoted-standby.js';
import { refreshRacesLogout } from './refresh-races-logout.js';
import { refusedWrites } from './refused-writes.js';
import type { Scenario } from './scenario.js';
import { slowReaders } from './slow-readers.js';
import { suspendActivate } from './suspend-activate.js';
import { tamperingProxy } from './tampering-proxy.js';
import { zombie } from './zombie.js';

/** Every scenario of the fault rig, in alphabetical order of their names. */
export const SCENARIOS: readonly Scenario[] = [
  crashNearFullLimit,
  cutFromPostgres,
  ghosts,
  heldHead,
  lostCommits,
  pausedVm,
  promotedStandby,
  refreshRacesLogout,
  refusedWrites,
  slowReaders,
  suspendActivate,
  tamperingProxy,
  zombie,
];
