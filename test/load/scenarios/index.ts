import type { Scenario } from '../scenario.js';
import { burstScenario, tenantsScenario } from './burst.js';
import { handshakeScenario, idleScenario } from './connections.js';
import { growthScenario, growthWritesScenario } from './growth.js';
import { latencyScenario } from './latency.js';
import { noticesScenario } from './notices.js';
import { pacedScenario } from './paced.js';
import { publishScenario } from './publish.js';
import { readsScenario } from './reads.js';
import { resumeScenario } from './resume.js';
import { soakScenario } from './soak.js';
import { startScenario } from './start.js';
import { sustainedScenario, sustainedTenantsScenario } from './sustained.js';
import { writesScenario } from './writes.js';

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  burstScenario,
  tenantsScenario,
  pacedScenario,
  sustainedScenario,
  sustainedTenantsScenario,
  latencyScenario,
  writesScenario,
  readsScenario,
  publishScenario,
  noticesScenario,
  handshakeScenario,
  resumeScenario,
  idleScenario,
  startScenario,
  growthScenario,
  growthWritesScenario,
  soakScenario,
];
