import { type Limits, type Tenant, TenantStatus } from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import { defined } from '../../api/parsing/defined.js';
import { boundsOf, type DefaultLimits, type RequestedLimits } from '../limits/limits.js';

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
  readonly granted_connections: number | null;
  readonly granted_connections_per_user: number | null;
  readonly granted_messages_per_minute: number | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Columns of the table with the alias `t`. */
export const TENANT_COLUMNS = raw(
  `t.id::text, t.name, t.slug, t.status, t.time_zone, t.max_connections, t.max_connections_per_user,
   t.max_messages_per_minute, t.ceiling_connections, t.ceiling_connections_per_user,
   t.ceiling_messages_per_minute, t.granted_connections, t.granted_connections_per_user,
   t.granted_messages_per_minute, t.version, t.created_at, t.updated_at`,
);

/** @param defaults of the installation */
export const toTenant = (row: TenantRow, defaults: DefaultLimits): Tenant => ({
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
  ceilings: ceilingsOf(row),
  bounds: boundsOf(ceilingsOf(row), grantedOf(row), defaults),
  version: row.version,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

const ceilingsOf = (row: TenantRow): Limits => ({
  max_connections: row.ceiling_connections,
  max_connections_per_user: row.ceiling_connections_per_user,
  max_messages_per_minute: row.ceiling_messages_per_minute,
});

const grantedOf = (row: TenantRow): Limits => ({
  max_connections: row.granted_connections,
  max_connections_per_user: row.granted_connections_per_user,
  max_messages_per_minute: row.granted_messages_per_minute,
});

/** The columns of limits that a super admin sets; absent ones are not changed. */
export const toGrantedColumns = (requested: RequestedLimits) =>
  defined({
    granted_connections: requested.max_connections,
    granted_connections_per_user: requested.max_connections_per_user,
    granted_messages_per_minute: requested.max_messages_per_minute,
  });

/** The columns of a clinic's limits and ceilings. */
export const toColumns = (limits: Limits, ceilings: Limits) => ({
  ...limits,
  ceiling_connections: ceilings.max_connections,
  ceiling_connections_per_user: ceilings.max_connections_per_user,
  ceiling_messages_per_minute: ceilings.max_messages_per_minute,
});
