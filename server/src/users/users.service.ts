import { Injectable } from '@nestjs/common';
import type { User, UserUpdate } from '@wardbell/contract';
import { revokeUser } from '../auth/revocation.js';
import { sqlState } from '../database/failure.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../errors/problem.js';
import { defined } from '../http/defined.js';
import { toUser, USER_COLUMNS, type UserRow } from './user-row.js';

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

export interface NewUser {
  readonly tenantId: string | null;
  readonly email: string;
  readonly name: string;
  readonly role: User['role'];
  readonly status: User['status'];
  readonly passwordHash: string;
}

export type AccountUpdate = Omit<UserUpdate, 'password'> & { readonly passwordHash?: string };

/** Accounts. As the confined role these statements reach the tenant's own users only. */
@Injectable()
export class UsersService {
  async get(tx: Tx, id: string): Promise<User> {
    const [row] = await tx.db.$queryRaw<UserRow[]>`
      SELECT ${USER_COLUMNS} FROM wardbell.user_account u WHERE u.id = ${id}::uuid AND u.deleted_at IS NULL`;
    if (!row) throw new Problem('not_found');
    return toUser(row);
  }

  async create(tx: Tx, user: NewUser): Promise<User> {
    const created = await this.#insert(tx, user);
    tx.audit(
      { action: 'user.create', objectType: 'user', objectId: created.id, changed: ['email', 'name', 'role'] },
      created.tenant_id,
    );
    return created;
  }

  /**
   * Changes an account; a new role, status or password ends its sessions. Answers whether sockets are to be
   * closed, so that the caller rings once the transaction has committed.
   */
  async update(
    tx: Tx,
    id: string,
    update: AccountUpdate,
    ifMatch: readonly number[] | null,
  ): Promise<{ readonly user: User; readonly revoked: boolean }> {
    const current = await this.#lock(tx, id, ifMatch);
    const { passwordHash, ...fields } = defined(update);
    const changed: string[] = FIELDS.filter(
      (field) => fields[field] !== undefined && fields[field] !== current[field],
    );
    if (passwordHash !== undefined) changed.push('password');
    if (changed.length === 0) return { user: current, revoked: false };
    refuse(tx, current, changed, fields.role);
    const user = await this.#store(tx, id, { ...current, ...fields }, passwordHash);
    const revoked = changed.some((field) => ENDS_SESSIONS.has(field));
    if (revoked) await revokeUser(tx, { userId: id, tenantId: user.tenant_id }, 'account_changed');
    tx.audit({ action: 'user.update', objectType: 'user', objectId: id, changed }, user.tenant_id);
    return { user, revoked };
  }

  /** Keeps the row without address and password, so that tokens of the account stay known to be revoked. */
  async remove(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<void> {
    const user = await this.#lock(tx, id, ifMatch);
    if (id === tx.principal.userId.toLowerCase()) throw new Problem('own_account');
    await tx.db.$executeRaw`
      UPDATE wardbell.user_account
      SET deleted_at = now(), email = NULL, password_hash = NULL, status = 'disabled',
          version = version + 1, updated_at = clock_timestamp()
      WHERE id = ${id}::uuid`;
    await revokeUser(tx, { userId: id, tenantId: user.tenant_id }, 'account_deleted');
    tx.audit({ action: 'user.delete', objectType: 'user', objectId: id }, user.tenant_id);
  }

  async #lock(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<User> {
    const [row] = await tx.db.$queryRaw<UserRow[]>`
      SELECT ${USER_COLUMNS} FROM wardbell.user_account u
      WHERE u.id = ${id}::uuid AND u.deleted_at IS NULL FOR UPDATE`;
    if (!row) throw new Problem('not_found');
    if (ifMatch && !ifMatch.includes(row.version)) throw new Problem('version_mismatch');
    return toUser(row);
  }

  async #insert(tx: Tx, user: NewUser): Promise<User> {
    try {
      const [row] = await tx.db.$queryRaw<UserRow[]>`
        INSERT INTO wardbell.user_account AS u (tenant_id, email, name, role, status, password_hash)
        VALUES (${user.tenantId}::uuid, ${user.email}, ${user.name}, ${user.role}, ${user.status},
                ${user.passwordHash})
        RETURNING ${USER_COLUMNS}`;
      if (!row) throw new Error('INSERT answered no row');
      return toUser(row);
    } catch (error) {
      throw problemOf(error);
    }
  }

  async #store(tx: Tx, id: string, user: User, passwordHash: string | undefined): Promise<User> {
    try {
      const [row] = await tx.db.$queryRaw<UserRow[]>`
        UPDATE wardbell.user_account u
        SET email = ${user.email}, name = ${user.name}, role = ${user.role}, status = ${user.status},
            version = u.version + 1, updated_at = clock_timestamp()
        WHERE u.id = ${id}::uuid
        RETURNING ${USER_COLUMNS}`;
      if (!row) throw new Problem('not_found');
      if (passwordHash !== undefined) {
        // on its own: the confined role may write the column but not read it
        await tx.db.$executeRaw`
          UPDATE wardbell.user_account SET password_hash = ${passwordHash} WHERE id = ${id}::uuid`;
      }
      return toUser(row);
    } catch (error) {
      throw problemOf(error);
    }
  }
}

const ENDS_SESSIONS: ReadonlySet<string> = new Set(['role', 'status', 'password']);
const FIELDS = ['email', 'name', 'role', 'status'] as const;

/** Nobody locks themselves out, and nobody crosses between a tenant and the installation. */
function refuse(tx: Tx, current: User, changed: readonly string[], role: User['role'] | undefined): void {
  const own = current.id === tx.principal.userId.toLowerCase();
  if (own && (changed.includes('role') || changed.includes('status'))) throw new Problem('own_account');
  if (role !== undefined && (role === 'super_admin') !== (current.tenant_id === null)) {
    throw new Problem('validation_failed', {
      errors: [{ path: 'role', message: 'must be of a tenant for a user of a tenant, and only then' }],
    });
  }
}

const problemOf = (error: unknown): unknown => {
  switch (sqlState(error)) {
    case UNIQUE_VIOLATION:
      return new Problem('email_taken', { cause: error });
    case FOREIGN_KEY_VIOLATION:
      return new Problem('unknown_tenant', { cause: error });
    default:
      return error;
  }
};
