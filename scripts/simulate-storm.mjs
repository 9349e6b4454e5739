import { parseArgs } from 'node:util';
import { backoffMs } from '../client/dist/backoff.js';

/**
 * Simulates many clients that lose their instance at once: when they are connected again, and how long queues get. It
 * is a model, not a measurement: the SDK's backoff, instances with sequential handshakes, and a database that admits in
 * batches. The default costs are those of docs/scaling.md.
 *
 * npm run build && node scripts/simulate-storm.mjs --clients=100000 --instances=10 --lost=1
 */
const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '100000' },
    instances: { type: 'string', default: '10' },
    /** Number of instances that are lost. */
    lost: { type: 'string', default: '1' },
    /** `kill`: clients reconnect by backoff. `drain`: each client gets its own reconnect delay. */
    how: { type: 'string', default: 'kill' },
    /** CPU of an instance for a handshake with its resume, and of PostgreSQL for its admission, in µs. */
    handshake: { type: 'string', default: '400' },
    admission: { type: 'string', default: '100' },
    /** Cores of PostgreSQL for admissions; tenants do not wait for each other. */
    cores: { type: 'string', default: '4' },
    /** Clients that a draining instance closes per second, and the maximum duration of the drain in seconds. */
    closes: { type: 'string', default: '2000' },
    spread: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
  },
});

const clients = Number(values.clients);
const instances = Number(values.instances);
const lost = Math.min(Number(values.lost), instances);
const handshakeMs = Number(values.handshake) / 1_000;
const admissionMs = Number(values.admission) / 1_000;
const cores = Number(values.cores);
/** A client that waits longer for `connected` disconnects and retries. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Mulberry32: the same storm for the same seed. */
const random = (() => {
  let state = Number(values.seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
})();

/** Earliest first. */
class Heap {
  #items = [];

  get size() {
    return this.#items.length;
  }

  push(item) {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent].atMs <= item.atMs) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = item;
  }

  pop() {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1].atMs < items[child].atMs) child++;
      if (items[child].atMs >= last.atMs) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return first;
  }
}

const coming = Math.round((clients * lost) / instances);
/** If all instances are lost, new ones replace them. */
const serving = instances - lost || instances;
const perLost = coming / lost;
const spreadMs = Math.min(Number(values.spread) * 1_000, (perLost / Number(values.closes)) * 1_000);

const attempts = new Heap();
for (let client = 0; client < coming; client++) {
  const atMs = values.how === 'drain' ? 100 + random() * spreadMs : backoffMs(1, random());
  attempts.push({ atMs, attempt: 1 });
}

const instanceFreeMs = new Array(serving).fill(0);
const coreFreeMs = new Array(cores).fill(0);
const backMs = [];
let longestWaitMs = 0;
let givenUp = 0;
while (attempts.size > 0) {
  const { atMs, attempt } = attempts.pop();
  const instance = Math.floor(random() * serving);
  const core = coreFreeMs.indexOf(Math.min(...coreFreeMs));
  const handshakenMs = Math.max(atMs, instanceFreeMs[instance]) + handshakeMs;
  instanceFreeMs[instance] = handshakenMs;
  const doneMs = Math.max(handshakenMs, coreFreeMs[core]) + admissionMs;
  coreFreeMs[core] = doneMs;
  longestWaitMs = Math.max(longestWaitMs, doneMs - atMs);
  if (doneMs - atMs <= CONNECT_TIMEOUT_MS) backMs.push(doneMs);
  else {
    givenUp++;
    const againMs = atMs + CONNECT_TIMEOUT_MS + backoffMs(attempt + 1, random());
    attempts.push({ atMs: againMs, attempt: attempt + 1 });
  }
}

backMs.sort((a, b) => a - b);
const at = (quantile) => backMs[Math.min(backMs.length - 1, Math.floor(quantile * backMs.length))] ?? 0;
const inSeconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
console.log(
  `${coming} of ${clients} clients come back to ${serving} instances (${values.how}): ` +
    `half after ${inSeconds(at(0.5))}, 99 % after ${inSeconds(at(0.99))}, all after ${inSeconds(at(1))}; ` +
    `longest wait for an answer ${inSeconds(longestWaitMs)}, gave up and tried again ${givenUp}`,
);
const STEPS = 12;
const stepMs = Math.max(1, Math.ceil(at(1) / STEPS));
for (let step = 0; step < STEPS; step++) {
  const count = backMs.filter((ms) => Math.floor(ms / stepMs) === step).length;
  const bar = '█'.repeat(Math.ceil((count / coming) * 60));
  console.log(`${inSeconds(step * stepMs).padStart(8)}  ${bar} ${count}`);
}
