import { Role, type User, UserStatus } from '@wardbell/contract';

/** An account as Prisma reads it: without the password hash, unless a query selects it. */
export interface UserRow {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly email: string | null;
  readonly name: string;
  readonly role: string;
  readonly status: string;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** A user as the API returns it. Only deleted accounts have no address. */
export const toUser = (row: UserRow): User => ({
  id: row.id,
  tenant_id: row.tenant_id,
  email: row.email ?? '',
  name: row.name,
  role: Role.parse(row.role),
  status: UserStatus.parse(row.status),
  version: row.version,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
