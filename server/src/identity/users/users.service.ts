import { Injectable } from '@nestjs/common';
import type { User, UserUpdate } from '@wardbell/contract';
import { requireFresh } from '../../api/endpoint/freshness.js';
import { defined } from '../../api/parsing/defined.js';
import type { Orm } from '../../database/orm.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import type { Person } from '../password-rules/password-rules.js';
import { revokeUser } from '../revocation.js';
import { toUser, type UserRow } from '../user-row.js';

export interface NewUser {
  readonly tenantId: string | null;
  readonly email: string;
  readonly name: string;
  readonly role: User['role'];
  readonly status: User['status'];
  readonly passwordHash: string;
}

export type AccountUpdate = Omit<UserUpdate, 'password'> & { readonly passwordHash?: string };

/** Accounts. Under the confined role these statements see only the users of the tenant. */
@Injectable()
export class UsersService {
  async get(tx: Tx, id: string): Promise<User> {
    const orm = await tx.orm();
    const row = await orm.userAccount.findFirst({ where: { id, deleted_at: null } });
    if (!row) throw new Problem('not_found');
    return toUser(row);
  }

  /** What the rules for passwords must know of an account. */
  async person(tx: Tx, id: string): Promise<Person> {
    const { email, name, tenant_id } = await this.get(tx, id);
    return { email, name, clinic: await this.clinicName(tx, tenant_id) };
  }

  async clinicName(tx: Tx, tenantId: string | null): Promise<string | null> {
    if (tenantId === null) return null;
    const orm = await tx.orm();
    const tenant = await orm.tenant.findUnique({ select: { name: true }, where: { id: tenantId } });
    return tenant?.name ?? null;
  }

  async create(tx: Tx, user: NewUser): Promise<User> {
    const { tenantId, passwordHash, ...fields } = user;
    const created = await writeUser(tx, (orm) =>
      orm.userAccount.create({
        data: {
          ...fields,
          tenant_id: tenantId,
          password_hash: passwordHash,
          password_expires_at: firstPasswordEnd(tx),
        },
      }),
    );
    tx.audit(
      { action: 'user.create', objectType: 'user', objectId: created.id, changed: ['email', 'name', 'role'] },
      created.tenant_id,
    );
    return created;
  }

  /** Changes an account; a new role, status or password ends its sessions and closes its sockets. */
  async update(tx: Tx, id: string, update: AccountUpdate, ifMatch: readonly number[] | null): Promise<User> {
    const { current, lockedAt } = await this.#lock(tx, id, ifMatch);
    const { passwordHash, ...fields } = defined(update);
    const changed: string[] = FIELDS.filter(
      (field) => fields[field] !== undefined && fields[field] !== current[field],
    );
    if (passwordHash !== undefined) changed.push('password');
    if (changed.length === 0) return current;
    assertChangeAllowed(tx, current, changed, fields.role);
    if (changed.some((field) => NEEDS_FRESH.has(field))) await requireFresh(tx);
    const user = await writeUser(tx, (orm) =>
      orm.userAccount.update({
        where: { id },
        data: {
          ...fields,
          ...(passwordHash === undefined
            ? {}
            : { password_hash: passwordHash, password_expires_at: firstPasswordEnd(tx) }),
          version: { increment: 1 },
          updated_at: lockedAt,
        },
      }),
    );
    if (changed.some((field) => ENDS_SESSIONS.has(field)))
      await revokeUser(tx, { userId: id, tenantId: user.tenant_id }, 'account_changed');
    tx.audit({ action: 'user.update', objectType: 'user', objectId: id, changed }, user.tenant_id);
    return user;
  }

  /** Keeps the row without address and password, so that tokens of the account are still recognised as revoked. */
  async remove(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<void> {
    const { current: user, lockedAt } = await this.#lock(tx, id, ifMatch);
    if (id === tx.principal.userId) throw new Problem('own_account');
    const orm = await tx.orm();
    await orm.userAccount.update({
      where: { id },
      data: {
        deleted_at: lockedAt,
        email: null,
        password_hash: null,
        status: 'disabled',
        version: { increment: 1 },
        updated_at: lockedAt,
      },
    });
    await revokeUser(tx, { userId: id, tenantId: user.tenant_id }, 'account_deleted');
    tx.audit({ action: 'user.delete', objectType: 'user', objectId: id }, user.tenant_id);
  }

  /** Locks the row until the transaction ends. `lockedAt` is the time of the database. */
  async #lock(
    tx: Tx,
    id: string,
    ifMatch: readonly number[] | null,
  ): Promise<{ readonly current: User; readonly lockedAt: Date }> {
    const [locked] = await tx.sql.query<{ at: Date }[]>`
      SELECT clock_timestamp() AS at FROM wardbell.user_account u
      WHERE u.id = ${id}::uuid AND u.deleted_at IS NULL FOR UPDATE`;
    if (!locked) throw new Problem('not_found');
    const current = await this.get(tx, id);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    return { current, lockedAt: locked.at };
  }
}

/** @throws Problem `email_taken`, `unknown_tenant` */
async function writeUser(tx: Tx, write: (orm: Orm) => Promise<UserRow>): Promise<User> {
  try {
    return toUser(await write(await tx.orm()));
  } catch (error) {
    throw problemOf(error);
  }
}

/** A password that an administrator chose serves to choose one's own, for so long. */
const FIRST_PASSWORD_HOURS = 72;
const firstPasswordEnd = (tx: Tx): Date => new Date(tx.now.getTime() + FIRST_PASSWORD_HOURS * 3_600_000);

const ENDS_SESSIONS: ReadonlySet<string> = new Set(['role', 'status', 'password']);
/** Who has changed these can sign in as the user, or make others do so. */
const NEEDS_FRESH: ReadonlySet<string> = new Set(['email', 'role', 'password']);
const FIELDS = ['email', 'name', 'role', 'status'] as const;

/** Refuses changes to one's own access and password, and role changes between tenant users and super admins. */
function assertChangeAllowed(
  tx: Tx,
  current: User,
  changed: readonly string[],
  role: User['role'] | undefined,
): void {
  const own = current.id === tx.principal.userId;
  if (own && changed.some((field) => ENDS_SESSIONS.has(field))) throw new Problem('own_account');
  if (role !== undefined && (role === 'super_admin') !== (current.tenant_id === null)) {
    throw new Problem('validation_failed', {
      errors: [{ path: 'role', message: 'must be of a tenant for a user of a tenant, and only then' }],
    });
  }
}

const problemOf = (error: unknown): unknown => {
  switch (sqlState(error)) {
    case SQLSTATE.uniqueViolation:
      return new Problem('email_taken', { cause: error });
    case SQLSTATE.foreignKeyViolation:
      return new Problem('unknown_tenant', { cause: error });
    default:
      return error;
  }
};
