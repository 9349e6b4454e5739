import { randomBytes, randomUUID } from 'node:crypto';
import type { TenantRole } from '@wardbell/contract';
import type { TestDatabase } from '../../support/database.js';
import { mintToken } from '../../support/tokens.js';

/** A tenant whose people come from another issuer: it is there at once and takes no server to make. */
export interface Clinic {
  readonly id: string;
  /** A token of a person; a new one unless named. */
  token(options?: { sub?: string; role?: TenantRole }): Promise<string>;
  setLimits(limits: { connections?: number | null; perUser?: number | null }): Promise<void>;
  /** Publishes events in plain SQL, each in its own transaction unless `together`. */
  emit(count: number, options?: { type?: string }): Promise<void>;
}

export async function createClinic(database: TestDatabase): Promise<Clinic> {
  const id = randomUUID();
  const slug = `clinic-${randomBytes(6).toString('hex')}`;
  await database.query('INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, $2, $2)', [id, slug]);
  return {
    id,
    token: ({ sub, role = 'clinician' } = {}) =>
      mintToken({ role, tenantId: id, ...(sub === undefined ? {} : { sub }) }),
    setLimits: async ({ connections, perUser }) => {
      await database.query(
        'UPDATE wardbell.tenant SET max_connections = $2, max_connections_per_user = $3 WHERE id = $1',
        [id, connections ?? null, perUser ?? null],
      );
    },
    emit: async (count, { type = 'task_updated' } = {}) => {
      await database.query(
        `SELECT wardbell.emit($1, $2, jsonb_build_object('n', n)) FROM generate_series(1, $3::int) AS n`,
        [id, type, count],
      );
    },
  };
}
