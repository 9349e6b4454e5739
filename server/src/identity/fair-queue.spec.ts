import { describe, expect, it } from '@jest/globals';
import { Problem } from '../platform/errors/problem.js';
import { FairQueue } from './fair-queue.js';

/** Runs tasks that end when the test says so, and keeps the order in which they started. */
class Bench {
  readonly started: string[] = [];
  readonly refused: string[] = [];
  readonly #ends: (() => void)[] = [];
  readonly #queue: FairQueue;

  constructor(maxRunning: number, maxWaiting: number) {
    this.#queue = new FairQueue({ maxRunning, maxWaiting });
  }

  add(lane: string, name = lane): void {
    this.#queue
      .run(lane, () => {
        this.started.push(name);
        return new Promise<void>((resolve) => this.#ends.push(resolve));
      })
      .catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'too_many_attempts', retryAfterS: 2 } satisfies Partial<Problem>);
        this.refused.push(name);
      });
  }

  /** Ends the task that has run longest, until none is left. */
  async finish(): Promise<void> {
    for (let end = this.#ends.shift(); end; end = this.#ends.shift()) {
      end();
      await new Promise(setImmediate);
    }
  }
}

describe('FairQueue', () => {
  it('gives each lane its turn, however many tasks another lane has', async () => {
    const bench = new Bench(3, 60);
    for (let n = 0; n < 40; n++) bench.add('busy', `busy ${n}`);
    bench.add('nurse');
    bench.add('second nurse');
    await bench.finish();
    expect(bench.started).toHaveLength(42);
    // three are running, and the busy lane was the first to wait
    expect(bench.started.indexOf('nurse')).toBe(4);
    expect(bench.started.indexOf('second nurse')).toBe(5);
  });

  it('keeps the order within a lane', async () => {
    const bench = new Bench(1, 60);
    for (const name of ['a', 'b', 'c', 'd']) bench.add('one', name);
    await bench.finish();
    expect(bench.started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses, when it is full, the newest task of the longest lane', async () => {
    const bench = new Bench(1, 3);
    for (let n = 0; n < 4; n++) bench.add('busy', `busy ${n}`);
    bench.add('busy', 'busy too many');
    bench.add('nurse');
    await bench.finish();
    expect(bench.refused).toEqual(['busy too many', 'busy 3']);
    expect(bench.started).toEqual(['busy 0', 'busy 1', 'nurse', 'busy 2']);
  });

  it('starts the next task after one that failed', async () => {
    const queue = new FairQueue({ maxRunning: 1, maxWaiting: 1 });
    const failed = queue.run('a', () => Promise.reject(new Problem('busy')));
    const next = queue.run('a', () => Promise.resolve('done'));
    await expect(failed).rejects.toThrow(Problem);
    await expect(next).resolves.toBe('done');
  });
});
