import { randomUUID } from 'node:crypto';
import type { Audience, TenantRole } from '@wardbell/contract';
import { z } from 'zod';
import type { TestDatabase } from '../../../support/database.js';
import { mintToken } from '../../../support/tokens.js';

const Head = z.object({ seq: z.coerce.number(), epoch: z.string() });
const Seqs = z.array(z.object({ seq: z.coerce.number() }));

export interface EmitOptions {
  readonly type?: string;
  readonly audience?: Audience;
}

/** A tenant that only one test knows, and its log as the database holds it. */
export class Clinic {
  private constructor(
    readonly database: TestDatabase,
    readonly id: string,
  ) {}

  /** Straight in the database: its people come from another issuer. */
  static async create(database: TestDatabase): Promise<Clinic> {
    const id = randomUUID();
    await database.query('INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, $2, $2)', [
      id,
      `clinic-${id}`,
    ]);
    return new Clinic(database, id);
  }

  /** A tenant whose log has long lost its beginning: `first` is the oldest number left, `head` the newest. */
  static async old(
    database: TestDatabase,
    { first, head }: { first: number; head: number },
  ): Promise<Clinic> {
    const id = randomUUID();
    // one implicit transaction: nobody sees the tenant without its log
    await database.query(`
      INSERT INTO wardbell.tenant (id, name, slug) VALUES ('${id}', '${id}', '${id}');
      UPDATE wardbell.tenant_head SET seq = ${head} WHERE tenant_id = '${id}';
      INSERT INTO wardbell.outbox (tenant_id, seq, type, data)
        SELECT '${id}', n, 'task_updated', '{}' FROM generate_series(${first}, ${head}) AS n`);
    return new Clinic(database, id);
  }

  token(role: TenantRole = 'clinician', sub?: string): Promise<string> {
    return mintToken({ role, tenantId: this.id, ...(sub === undefined ? {} : { sub }) });
  }

  /** So many events in one transaction, as a service in plain SQL emits them. No head notice tells of them. */
  async emit(count = 1, { type = 'task_updated', audience }: EmitOptions = {}): Promise<void> {
    await this.database.query(
      `SELECT wardbell.emit($1, $2, jsonb_build_object('n', n), $4) FROM generate_series(1, $3::int) AS n`,
      [this.id, type, count, audience === undefined ? null : JSON.stringify(audience)],
    );
  }

  /** Where the log stands. */
  async position(): Promise<{ seq: number; epoch: string }> {
    const [row] = await this.database.query(
      `SELECT h.seq, i.epoch FROM wardbell.tenant_head h, wardbell.installation i WHERE h.tenant_id = $1`,
      [this.id],
    );
    return Head.parse(row);
  }

  /** Every number that is in the log. */
  async seqs(): Promise<number[]> {
    const rows = await this.database.query(
      'SELECT seq FROM wardbell.outbox WHERE tenant_id = $1 ORDER BY seq',
      [this.id],
    );
    return Seqs.parse(rows).map(({ seq }) => seq);
  }

  /** Takes the log away up to a number, as retention does with a whole day. */
  async forgetUpTo(seq: number): Promise<void> {
    await this.database.query('DELETE FROM wardbell.outbox WHERE tenant_id = $1 AND seq <= $2', [
      this.id,
      seq,
    ]);
  }
}

/** A token of a super admin of another issuer. */
export const superToken = (): Promise<string> => mintToken({ role: 'super_admin' });

/** The numbers from one to another, both included. */
export const numbers = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);

export const TENANT_ROLES: readonly TenantRole[] = ['tenant_admin', 'clinician', 'front_desk'];
