import { expect } from '@jest/globals';
import type { TestDatabase } from '../../support/database.js';
import type { Recorded } from '../../support/sdk.js';
import { eventually } from '../../support/wait.js';

/** Numbers and ids of a tenant's log, in order: what is true. */
export const committed = (database: TestDatabase, tenantId: string): Promise<{ seq: number; id: string }[]> =>
  database.query<{ seq: number; id: string }>(
    'SELECT seq::int, id::text FROM wardbell.outbox WHERE tenant_id = $1 ORDER BY seq',
    [tenantId],
  );

const idsOf = ({ events }: Recorded): string[] =>
  events.flatMap((event) => ('seq' in event && 'id' in event ? [String(event.id)] : []));

/**
 * Holds what clients received against the committed rows: each event once and in order, nothing missing,
 * nothing of others, and no resync that would have papered over a hole.
 */
export async function expectNothingLost(
  database: TestDatabase,
  tenantId: string,
  clients: readonly Recorded[],
): Promise<number> {
  const truth = (await committed(database, tenantId)).map(({ id }) => id);
  await eventually(() => clients.every((client) => idsOf(client).length >= truth.length), {
    what: 'every client having as many events as were committed',
  });
  for (const client of clients) {
    expect(client.events.filter(({ type }) => type === 'resync_required')).toEqual([]);
    expect(client.faults).toEqual([]);
    expect(idsOf(client)).toEqual(truth);
  }
  return truth.length;
}
