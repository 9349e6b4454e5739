import type { Database } from '../../database/database.service.js';
import { SYSTEM } from '../../database/principal.js';
import type { Config } from '../../platform/config/config.js';
import { Passwords } from '../passwords.js';

/**
 * Creates the configured super admin unless the address is in use. Never changes an existing account, because its
 * password may have been changed. Several instances may do this at the same time.
 */
export async function ensureSuperAdmin(
  database: Database,
  { superAdmin }: Pick<Config, 'superAdmin'>,
): Promise<void> {
  const email = superAdmin.email.toLowerCase();
  const known = await database.acrossTenants(SYSTEM, async (tx) =>
    (await tx.orm()).userAccount.count({ where: { email } }),
  );
  if (known > 0) return;
  const passwordHash = await new Passwords().hash(superAdmin.password);
  await database.acrossTenants(SYSTEM, async (tx) => {
    const orm = await tx.orm();
    const [created] = await orm.userAccount.createManyAndReturn({
      data: { email, name: 'Super admin', role: 'super_admin', password_hash: passwordHash },
      skipDuplicates: true,
    });
    if (created) tx.audit({ action: 'user.create', objectType: 'user', objectId: created.id });
  });
}
