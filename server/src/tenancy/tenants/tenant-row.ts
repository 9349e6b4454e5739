import { type Limits, type Tenant, TenantStatus } from '@wardbell/contract';
import { raw } from 'sql-template-tag';

/** A tenant as Prisma and the driver read it. */
export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly status: string;
  readonly time_zone: string;
  readonly max_connections: number | null;
  readonly max_connections_per_user: number | null;
  readonly max_messages_per_minute: number | null;
  readonly ceiling_connections: number | null;
  readonly ceiling_connections_per_user: number | null;
  readonly ceiling_messages_per_minute: number | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Columns of the table with the alias `t`. */
export const TENANT_COLUMNS = raw(
  `t.id::text, t.name, t.slug, t.status, t.time_zone, t.max_connections, t.max_connections_per_user,
   t.max_messages_per_minute, t.ceiling_connections, t.ceiling_connections_per_user,
   t.ceiling_messages_per_minute, t.version, t.created_at, t.updated_at`,
);

export const toTenant = (row: TenantRow): Tenant => ({
  id: row.id,
  name: row.name,
  slug: row.slug,
  status: TenantStatus.parse(row.status),
  time_zone: row.time_zone,
  limits: {
    max_connections: row.max_connections,
    max_connections_per_user: row.max_connections_per_user,
    max_messages_per_minute: row.max_messages_per_minute,
  },
  ceilings: {
    max_connections: row.ceiling_connections,
    max_connections_per_user: row.ceiling_connections_per_user,
    max_messages_per_minute: row.ceiling_messages_per_minute,
  },
  version: row.version,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

/** The columns of a clinic's limits and ceilings. */
export const toColumns = (limits: Limits, ceilings: Limits) => ({
  ...limits,
  ceiling_connections: ceilings.max_connections,
  ceiling_connections_per_user: ceilings.max_connections_per_user,
  ceiling_messages_per_minute: ceilings.max_messages_per_minute,
});
