import { Problem } from '../platform/errors/problem.js';

interface Waiting {
  readonly start: () => void;
  readonly refuse: (problem: Problem) => void;
}

export interface FairQueueLimits {
  readonly maxRunning: number;
  readonly maxWaiting: number;
}

/**
 * Runs a bounded number of tasks at a time. Waiting tasks take turns by lane (round robin), so a lane with many tasks
 * delays itself and not the others. When the queue is full, the newest task of the longest lane is refused.
 */
export class FairQueue {
  #running = 0;
  #waiting = 0;
  /** In the order of their next turns; none is empty. */
  readonly #lanes = new Map<string, Waiting[]>();

  constructor(private readonly limits: FairQueueLimits) {}

  /** @throws Problem `too_many_attempts` when the queue is full and no other lane is longer */
  async run<T>(lane: string, task: () => Promise<T>): Promise<T> {
    if (this.#running < this.limits.maxRunning) this.#running++;
    else await this.#turn(lane);
    try {
      return await task();
    } finally {
      this.#release();
    }
  }

  /** Waits until a running task ends and takes its place. */
  #turn(lane: string): Promise<void> {
    if (this.#waiting >= this.limits.maxWaiting) this.#makeRoom(lane);
    return new Promise((start, refuse) => {
      const tasks = this.#lanes.get(lane);
      if (tasks) tasks.push({ start, refuse });
      else this.#lanes.set(lane, [{ start, refuse }]);
      this.#waiting++;
    });
  }

  #makeRoom(lane: string): void {
    const own = (this.#lanes.get(lane)?.length ?? 0) + 1;
    const [longest = [], name = ''] = [...this.#lanes]
      .map(([key, tasks]) => [tasks, key] as const)
      .reduce((a, b) => (b[0].length > a[0].length ? b : a));
    const problem = new Problem('too_many_attempts', { retryAfterS: 2 });
    if (longest.length <= own) throw problem;
    const refused = longest.pop();
    if (longest.length === 0) this.#lanes.delete(name);
    this.#waiting--;
    refused?.refuse(problem);
  }

  #release(): void {
    const next = this.#lanes.entries().next().value;
    if (next === undefined) {
      this.#running--;
      return;
    }
    const [lane, tasks] = next;
    const first = tasks.shift();
    this.#lanes.delete(lane);
    if (tasks.length > 0) this.#lanes.set(lane, tasks); // behind the other lanes
    this.#waiting--;
    first?.start();
  }
}
