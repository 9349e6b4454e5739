import { setTimeout } from 'node:timers/promises';
import { database } from '../../../support/fixture.js';
import { eventually } from '../../../support/wait.js';

/** A table of the schema, and the column that says which tenant a row is of. */
export interface TenantTable {
  readonly name: string;
  readonly tenant: string;
}

/** Columns that the server changes by itself. */
const BY_ITSELF: Readonly<Record<string, readonly string[]>> = {
  auth_session: ['last_used_at'],
  connection: ['position', 'pending_bytes'],
};
/** Tables that the server writes for the whole installation, whoever has acted. */
const OF_THE_SERVER = new Set([
  'access_writer',
  'audit_head',
  'delivery_connection',
  'delivery_span',
  'delivery_write',
  'object_presence',
  'presence',
  'push_message',
  'tenant_usage',
]);

/** All tables with rows of tenants, as the catalogue has them. */
export async function tenantTables(): Promise<readonly TenantTable[]> {
  return database.query<{ name: string; tenant: string }>(
    `SELECT c.relname AS name,
            CASE WHEN c.relname = 'tenant' THEN 'id' ELSE a.attname END AS tenant
     FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('tenant_id', 'scope')
     WHERE c.relnamespace = 'wardbell'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND (a.attname IS NOT NULL OR c.relname = 'tenant')
     ORDER BY 1`,
  );
}

/** Every row of a tenant in every table, as text: what an attack must not change. */
export async function rowsOf(tenantId: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const rows: Record<string, string[]> = {};
  for (const { name, tenant } of await tenantTables()) {
    if (OF_THE_SERVER.has(name)) continue;
    const found = await database.query<{ row: string }>(
      `SELECT (to_jsonb(t) - $2::text[])::text AS row FROM wardbell.${name} t WHERE ${tenant} = $1 ORDER BY 1`,
      [tenantId, BY_ITSELF[name] ?? []],
    );
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}

/** The same once nothing changes any more: reads are written to the audit log in the background, every 0.5 s. */
export async function settledRowsOf(tenantId: string): ReturnType<typeof rowsOf> {
  let last = '';
  return eventually(
    async () => {
      const rows = await rowsOf(tenantId);
      const text = JSON.stringify(rows);
      if (text === last) return rows;
      last = text;
      await setTimeout(1_000);
      return undefined;
    },
    { what: 'a clinic in which nothing changes' },
  );
}
