import { parentPort } from 'node:worker_threads';
import { type Candidate, estimate } from './estimate.js';

/** The thread of `StrengthThread`: answers each candidate with its estimate, in order. */
parentPort?.on('message', (candidate: Candidate) => {
  parentPort?.postMessage(estimate(candidate));
});
