import { describe, expect, it } from '@jest/globals';
import { PoolShares, type Release } from './pool-shares.js';

const shares = () => new PoolShares({ size: 6, perTenant: 2, maxWaitingPerTenant: 3 });

/** Waits until what was granted has reached those who wait. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Takes and notes in which order it was granted. */
const taker = (pool: PoolShares) => {
  const granted: string[] = [];
  const releases = new Map<string, Release>();
  const take = async (name: string, tenant: string | null | 'first') => {
    const release = await (tenant === 'first' ? pool.acquirePriority() : pool.acquire(tenant));
    granted.push(name);
    releases.set(name, release);
  };
  return { granted, take, release: (name: string) => releases.get(name)?.() };
};

describe('Shares of a pool', () => {
  it('leave connections to others, whatever one tenant asks for', async () => {
    const { granted, take } = taker(shares());
    for (const name of ['a1', 'a2', 'a3', 'a4']) void take(name, 'a').catch(() => undefined);
    for (const name of ['b1', 'b2']) void take(name, 'b');
    await settled();
    expect(granted).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  it('go to tenants in turns, and to those of one tenant in the order of their coming', async () => {
    const pool = shares();
    const { granted, take, release } = taker(pool);
    for (const name of ['x1', 'x2', 'x3', 'x4', 'x5', 'x6']) void take(name, null);
    await settled();
    for (const name of ['a1', 'a2']) void take(name, 'a');
    for (const name of ['b1', 'b2']) void take(name, 'b');
    for (const name of ['x1', 'x2', 'x3', 'x4']) release(name);
    await settled();
    expect(granted.slice(6)).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('refuse at once what is too much to wait, and say when to come again', async () => {
    const pool = shares();
    const { take } = taker(pool);
    for (let n = 0; n < 5; n++) void take(`a${n}`, 'a').catch(() => undefined);
    await expect(pool.acquire('a')).rejects.toMatchObject({ code: 'busy', status: 503, retryAfterS: 1 });
    await expect(pool.acquire('b')).resolves.toBeInstanceOf(Function);
  });

  it('give the next connection to urgent work', async () => {
    const pool = shares();
    const { granted, take, release } = taker(pool);
    for (const name of ['x1', 'x2', 'x3', 'x4', 'x5', 'x6']) void take(name, null);
    await settled();
    void take('a1', 'a');
    void take('probe', 'first');
    release('x1');
    await settled();
    expect(granted.at(-1)).toBe('probe');
    release('probe');
    await settled();
    expect(granted.at(-1)).toBe('a1');
  });

  it('are never more than the pool has, nor fewer once all is given back', async () => {
    const pool = new PoolShares({ size: 6, perTenant: 2, maxWaitingPerTenant: 4 });
    let active = 0;
    let most = 0;
    const work = async (tenant: string) => {
      const release = await pool.acquire(tenant);
      most = Math.max(most, ++active);
      await settled();
      active--;
      release();
    };
    for (let round = 0; round < 20; round++)
      await Promise.all(['a', 'b', 'c', 'd', 'e'].flatMap((tenant) => [1, 2, 3, 4].map(() => work(tenant))));
    expect(most).toBe(6);
    const releases = await Promise.all(['a', 'a', 'b', 'b', 'c', 'c'].map((tenant) => pool.acquire(tenant)));
    expect(releases).toHaveLength(6);
  });
});
