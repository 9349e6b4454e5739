import { clockStep } from './clock-step.js';
import { crashNearFullLimit } from './crash-near-full-limit.js';
import { cutFromPostgres } from './cut-from-postgres.js';
import { exactNumbers } from './exact-numbers.js';
import { frameFlood } from './frame-flood.js';
import { ghosts } from './ghosts.js';
import { halfOpen } from './half-open.js';
import { heldHead } from './held-head.js';
import { heldSnapshot } from './held-snapshot.js';
import { lostCommits } from './lost-commits.js';
import { oddTransactions } from './odd-transactions.js';
import { pausedVm } from './paused-vm.js';
import { promotedStandby } from './promoted-standby.js';
import { refreshRacesLogout } from './refresh-races-logout.js';
import { refusedWrites } from './refused-writes.js';
import type { Scenario } from './scenario.js';
import { shortPause } from './short-pause.js';
import { slowReaders } from './slow-readers.js';
import { stopInFlight } from './stop-in-flight.js';
import { suspendActivate } from './suspend-activate.js';
import { tamperingProxy } from './tampering-proxy.js';
import { zombie } from './zombie.js';

/** Every scenario of the fault rig, in alphabetical order of their names. */
export const SCENARIOS: readonly Scenario[] = [
  clockStep,
  crashNearFullLimit,
  cutFromPostgres,
  exactNumbers,
  frameFlood,
  ghosts,
  halfOpen,
  heldHead,
  heldSnapshot,
  lostCommits,
  oddTransactions,
  pausedVm,
  promotedStandby,
  refreshRacesLogout,
  refusedWrites,
  shortPause,
  slowReaders,
  stopInFlight,
  suspendActivate,
  tamperingProxy,
  zombie,
];
