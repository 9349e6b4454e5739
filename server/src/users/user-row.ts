import type { Role, User } from '@wardbell/contract';
import { Prisma } from '../database/generated/client.js';

/** Columns of a user as the driver answers them; never the password's hash. */
export interface UserRow {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: 'active' | 'disabled';
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Of the table under the alias `u`. */
export const USER_COLUMNS = Prisma.raw(
  `u.id::text, u.tenant_id::text, u.email, u.name, u.role, u.status, u.version, u.created_at, u.updated_at`,
);

export const toUser = (row: UserRow): User => ({
  id: row.id,
  tenant_id: row.tenant_id,
  email: row.email,
  name: row.name,
  role: row.role,
  status: row.status,
  version: row.version,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
