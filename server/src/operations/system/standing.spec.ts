import { describe, expect, it } from '@jest/globals';
import { Standing } from './standing.js';

const OK = { status: 'ok' } as const;
const OTHERS = { writes: OK, pipeline: OK, bus: OK, identity_provider: OK };
const failed = (reason: string) => ({ status: 'failed', reason }) as const;
const at = (seconds: number) => new Date(seconds * 1_000).toISOString();

describe('What stands since when', () => {
  it('begins with the first look', () => {
    const standing = new Standing();
    const health = { status: 'healthy', checks: { database: OK, ...OTHERS } } as const;
    expect(standing.note(health, 1_000)).toEqual({
      status: 'healthy',
      since: at(1),
      checks: {
        database: { status: 'ok', since: at(1) },
        writes: { status: 'ok', since: at(1) },
        pipeline: { status: 'ok', since: at(1) },
        bus: { status: 'ok', since: at(1) },
        identity_provider: { status: 'ok', since: at(1) },
      },
    });
  });

  it('keeps its beginning while only the words of the reason change', () => {
    const standing = new Standing();
    standing.note({ status: 'healthy', checks: { database: OK, ...OTHERS } }, 1_000);
    const silent = (reason: string) =>
      ({ status: 'unhealthy', checks: { database: failed(reason), ...OTHERS } }) as const;
    standing.note(silent('no answer for 4 s'), 5_000);
    expect(standing.note(silent('no answer for 9 s'), 10_000)).toMatchObject({
      status: 'unhealthy',
      since: at(5),
      checks: {
        database: { status: 'failed', since: at(5), reason: 'no answer for 9 s' },
        pipeline: { status: 'ok', since: at(1) },
      },
    });
  });

  it('begins anew when it is well again', () => {
    const standing = new Standing();
    const health = (database: typeof OK | ReturnType<typeof failed>) =>
      ({
        status: database.status === 'ok' ? 'healthy' : 'unhealthy',
        checks: { database, ...OTHERS },
      }) as const;
    standing.note(health(OK), 1_000);
    standing.note(health(failed('no answer')), 2_000);
    expect(standing.note(health(OK), 3_000)).toMatchObject({
      since: at(3),
      checks: { database: { since: at(3) }, bus: { since: at(1) } },
    });
  });
});
