import { describe, expect, it } from '@jest/globals';
import { work } from '../../../../test/support/busy.js';
import { FlushQueue } from './flush-queue.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the queue of flushes', () => {
  it('writes at once while there is little to write', () => {
    const queue = new FlushQueue();
    const written: string[] = [];
    queue.enter(() => written.push('a'));
    queue.enter(() => written.push('b'));
    expect(written).toEqual(['a', 'b']);
  });

  it('lets other work in between when there is much, keeps the order and forgets nobody', async () => {
    const queue = new FlushQueue();
    const done: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      queue.enter(() => {
        work(5);
        done.push(name);
      });
    }
    expect(done).toEqual(['a']);
    setImmediate(() => done.push('other'));
    await turn();
    expect(done).toContain('other');
    expect(done).not.toContain('c');
    await turn();
    await turn();
    expect(done.filter((name) => name !== 'other')).toEqual(['a', 'b', 'c']);
  });

  it('knows how long all of them have written', () => {
    const queue = new FlushQueue();
    queue.enter(() => work(1));
    queue.enter(() => work(1));
    expect(queue.spentMs).toBeGreaterThanOrEqual(2);
  });
});
