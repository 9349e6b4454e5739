import { Injectable } from '@nestjs/common';
import {
  type Approval,
  INVITATION_HOURS,
  type Invitation,
  TenantRole,
  type User,
  type UserUpdate,
} from '@wardbell/contract';
import { requireFresh } from '../../api/endpoint/freshness.js';
import { defined } from '../../api/parsing/defined.js';
import { auditedChange } from '../../database/audited-change.js';
import type { Orm } from '../../database/orm.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { ApprovalRequests } from '../approvals/approval-requests.js';
import { removeFactors } from '../factors/factors.js';
import type { Person } from '../password-rules/password-rules.js';
import { ROLE_CHANGED, revokeUser } from '../revocation.js';
import { beginStep } from '../sessions/sign-in-steps.js';
import { toUser, type UserRow } from '../user-row.js';
import { emitUserChanged } from './user-event.js';

export interface NewUser {
  readonly tenantId: string | null;
  readonly email: string;
  readonly name: string;
  readonly role: User['role'];
  readonly status: User['status'];
  /** Null: the person chooses a password by an invitation. */
  readonly passwordHash: string | null;
}

export type AccountUpdate = Omit<UserUpdate, 'password'> & { readonly passwordHash?: string };

/** Accounts. Under the confined role these statements see only the users of the tenant. */
@Injectable()
export class UsersService {
  constructor(private readonly approvals: ApprovalRequests) {}

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

  /** Adds a user, or asks the tenant's admins for it. @throws Problem `email_taken`, `unknown_tenant` */
  async create(tx: Tx, user: NewUser): Promise<User | Approval> {
    const { tenantId, passwordHash, ...change } = user;
    if (tenantId === null || !(await this.approvals.areNeeded(tx, tenantId))) return this.insert(tx, user);
    const orm = await tx.orm();
    if (await orm.userAccount.findFirst({ where: { email: user.email }, select: { id: true } }))
      throw new Problem('email_taken');
    return this.approvals.create(tx, {
      kind: 'user_create',
      tenant_id: tenantId,
      user_id: null,
      email: user.email,
      name: user.name,
      change: ofTenant(change),
      changed: ['email', 'name', 'role', ...(passwordHash === null ? [] : ['password'])],
      password_hash: passwordHash,
    });
  }

  /** @throws Problem `email_taken`, `unknown_tenant` */
  async insert(tx: Tx, user: NewUser): Promise<User> {
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
    emitUserChanged(tx, created.id, created.tenant_id);
    return created;
  }

  /**
   * Changes an account, or asks the tenant's admins for it.
   * @throws Problem `not_found`, `version_mismatch`, `own_account`, `reauthentication_required`, `email_taken`
   */
  async update(
    tx: Tx,
    id: string,
    update: AccountUpdate,
    ifMatch: readonly number[] | null,
  ): Promise<User | Approval> {
    const locked = await this.#lock(tx, id, ifMatch);
    const { current } = locked;
    const changed = changedFields(current, update);
    if (changed.length === 0) return current;
    assertChangeAllowed(tx, current, changed, update.role);
    if (changed.some((field) => NEEDS_FRESH.has(field))) await requireFresh(tx);
    const { tenant_id } = current;
    const givesAccess = changed.includes('role') || changed.includes('password');
    if (!givesAccess || tenant_id === null || !(await this.approvals.areNeeded(tx, tenant_id)))
      return this.#write(tx, locked, update);
    const { passwordHash = null, ...change } = defined(update);
    return this.approvals.create(tx, {
      kind: 'user_update',
      tenant_id,
      user_id: id,
      email: current.email,
      name: current.name,
      change: ofTenant(change),
      changed,
      password_hash: passwordHash,
    });
  }

  /** Changes an account as an approval says. @throws Problem `not_found`, `email_taken` */
  async change(tx: Tx, id: string, update: AccountUpdate): Promise<User> {
    return this.#write(tx, await this.#lock(tx, id, null), update);
  }

  /** A new role, status or password ends the sessions of the account and closes its sockets. */
  async #write(tx: Tx, { current, lockedAt }: Locked, update: AccountUpdate): Promise<User> {
    const { id } = current;
    const changed = changedFields(current, update);
    const { passwordHash, ...fields } = defined(update);
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
      await revokeUser(
        tx,
        { userId: id, tenantId: user.tenant_id },
        changed.includes('role') ? ROLE_CHANGED : 'account_changed',
      );
    const details = auditedChange({ ...current }, { ...user }, ['role', 'status']);
    tx.audit({ action: 'user.update', objectType: 'user', objectId: id, changed, details }, user.tenant_id);
    emitUserChanged(tx, id, user.tenant_id);
    return user;
  }

  /**
   * Makes a link by which the person chooses the own password. Until then the present one stays good; another link ends.
   * @param source the network of the caller
   * @throws Problem `not_found`, `own_account`, `account_disabled`; `clinic_has_admin` for a super admin, who could otherwise
   *   become a user of a clinic unseen
   */
  async invite(tx: Tx, id: string, source: string): Promise<Invitation> {
    const { tenant_id: tenantId, status } = (await this.#lock(tx, id, null)).current;
    if (id === tx.principal.userId) throw new Problem('own_account');
    if (status !== 'active') throw new Problem('account_disabled');
    if (await this.approvals.areNeeded(tx, tenantId)) throw new Problem('clinic_has_admin');
    const token = await beginStep(tx, 'invitation', { userId: id, source });
    tx.audit({ action: 'user.invite', objectType: 'user', objectId: id }, tenantId);
    emitUserChanged(tx, id, tenantId);
    return {
      token,
      expires_at: new Date(tx.now.getTime() + INVITATION_HOURS * 3_600_000).toISOString(),
    };
  }

  /**
   * Removes the second factors of somebody who has lost them, or asks the tenant's admins for it. The next sign-in needs the
   * password alone, or a new factor where one is demanded.
   * @throws Problem `not_found`, `own_account`
   */
  async removeFactors(tx: Tx, id: string): Promise<Approval | undefined> {
    const { tenant_id, email, name } = (await this.#lock(tx, id, null)).current;
    if (id === tx.principal.userId) throw new Problem('own_account');
    if (tenant_id !== null && (await this.approvals.areNeeded(tx, tenant_id))) {
      return this.approvals.create(tx, {
        kind: 'factors_remove',
        tenant_id,
        user_id: id,
        email,
        name,
        change: {},
        changed: ['second_factor'],
        password_hash: null,
      });
    }
    await this.dropFactors(tx, id);
    return undefined;
  }

  /** Removes them as an approval says. @throws Problem `not_found` */
  async dropFactors(tx: Tx, id: string): Promise<void> {
    const { tenant_id: tenantId } = (await this.#lock(tx, id, null)).current;
    await removeFactors(tx, id);
    await revokeUser(tx, { userId: id, tenantId }, 'account_changed');
    tx.audit(
      { action: 'user.update', objectType: 'user', objectId: id, changed: ['second_factor'] },
      tenantId,
    );
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
    emitUserChanged(tx, id, user.tenant_id);
  }

  /** Locks the row until the transaction ends. @throws Problem `not_found`, `version_mismatch` */
  async #lock(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<Locked> {
    const [locked] = await tx.sql.query<{ at: Date }[]>`
      SELECT clock_timestamp() AS at FROM wardbell.user_account u
      WHERE u.id = ${id}::uuid AND u.deleted_at IS NULL FOR UPDATE`;
    if (!locked) throw new Problem('not_found');
    const current = await this.get(tx, id);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    return { current, lockedAt: locked.at };
  }
}

/** An account whose row this transaction has locked, at a time of the database's clock. */
interface Locked {
  readonly current: User;
  readonly lockedAt: Date;
}

function changedFields(current: User, update: AccountUpdate): string[] {
  const changed: string[] = FIELDS.filter(
    (field) => update[field] !== undefined && update[field] !== current[field],
  );
  return update.passwordHash === undefined ? changed : [...changed, 'password'];
}

/** The new values of an account of a tenant. */
const ofTenant = ({ role, ...fields }: Omit<AccountUpdate, 'passwordHash'>): Approval['change'] =>
  defined({ ...fields, role: role === undefined ? undefined : TenantRole.parse(role) });

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
