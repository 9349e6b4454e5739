import type { Database } from '../../database/database.service.js';
import { SYSTEM } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import type { Config } from '../../platform/config/config.js';
import { StartError } from '../../platform/config/start-error.js';
import type { Log } from '../../platform/log/log.js';
import { removeFactors } from '../factors/factors.js';
import { Passwords } from '../passwords.js';
import { revokeUser } from '../revocation.js';

export const SUPER_ADMIN_NAME = 'Super admin';

/**
 * Creates the configured super admin in an installation that never had one. Changing, renaming or deleting it holds:
 * rows of deleted accounts stay and count. Several instances may do this at the same time. Logs when the configured
 * password is not, or no longer, that of a super admin.
 */
export async function ensureSuperAdmin(
  database: Database,
  { superAdmin }: Pick<Config, 'superAdmin'>,
  log: Log,
): Promise<void> {
  const email = superAdmin.email.toLowerCase();
  const passwords = new Passwords();
  if (!(await database.onAccounts(SYSTEM, hasSuperAdmin))) {
    const passwordHash = await passwords.hash(superAdmin.password);
    await database.onAccounts(SYSTEM, async (tx) => {
      await lockCreation(tx);
      if (!(await hasSuperAdmin(tx))) await create(tx, email, passwordHash);
    });
  }
  const stored = await database.onAccounts(SYSTEM, async (tx) => {
    const orm = await tx.orm();
    return orm.userAccount.findFirst({
      where: { email, role: 'super_admin' },
      omit: { password_hash: false },
    });
  });
  if (!stored) {
    log.warn('there is no super admin with this address (npm run reset-super-admin makes one)', {
      variable: 'SUPER_ADMIN_EMAIL',
    });
  } else if (!(await passwords.verify(stored.password_hash, superAdmin.password))) {
    log.warn('this is not the password of the super admin (npm run reset-super-admin sets it)', {
      variable: 'SUPER_ADMIN_PASSWORD',
    });
  }
}

/**
 * Sets the password of a super admin, removes its second factors, activates the account and ends its sessions; creates
 * the account if no account has the address. For those who have the machine (`npm run reset-super-admin`).
 * @returns whether the account was created
 * @throws StartError when the address belongs to a user of a tenant
 */
export async function resetSuperAdmin(database: Database, email: string, password: string): Promise<boolean> {
  const passwordHash = await new Passwords().hash(password);
  return database.onAccounts(SYSTEM, async (tx) => {
    await lockCreation(tx);
    const orm = await tx.orm();
    const account = await orm.userAccount.findUnique({ where: { email } });
    if (!account) {
      await create(tx, email, passwordHash);
      return true;
    }
    if (account.role !== 'super_admin') {
      throw new StartError('This address belongs to a user of a tenant: give the address of a super admin');
    }
    await orm.userAccount.update({
      where: { id: account.id },
      data: {
        password_hash: passwordHash,
        password_expires_at: null,
        status: 'active',
        version: { increment: 1 },
        updated_at: tx.now,
      },
    });
    await removeFactors(tx, account.id);
    await revokeUser(tx, { userId: account.id, tenantId: null }, 'account_changed');
    const changed = account.status === 'active' ? ['password'] : ['status', 'password'];
    tx.audit({ action: 'user.update', objectType: 'user', objectId: account.id, changed });
    return false;
  });
}

const hasSuperAdmin = async (tx: Tx): Promise<boolean> => {
  const orm = await tx.orm();
  return (await orm.userAccount.count({ where: { role: 'super_admin' } })) > 0;
};

const lockCreation = (tx: Tx): Promise<number> =>
  tx.sql.execute`SELECT pg_advisory_xact_lock(hashtextextended('wardbell.super_admin', 0))`;

/** Does nothing when a user of a tenant has the address. */
const create = async (tx: Tx, email: string, passwordHash: string): Promise<void> => {
  const orm = await tx.orm();
  const [created] = await orm.userAccount.createManyAndReturn({
    data: { email, name: SUPER_ADMIN_NAME, role: 'super_admin', password_hash: passwordHash },
    skipDuplicates: true,
  });
  if (created) tx.audit({ action: 'user.create', objectType: 'user', objectId: created.id });
};
