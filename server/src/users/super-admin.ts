import { Passwords } from '../auth/passwords.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.service.js';
import { SYSTEM } from '../database/principal.js';

/**
 * Creates the first super admin of the configuration, if nobody has that address. Never changes an account
 * that is there: its password may have been changed since. Several instances may do this at once.
 */
export async function ensureSuperAdmin(
  database: Database,
  { superAdmin }: Pick<Config, 'superAdmin'>,
): Promise<void> {
  const email = superAdmin.email.toLowerCase();
  const known = await database.acrossTenants(
    SYSTEM,
    (tx) => tx.db.$queryRaw<unknown[]>`
    SELECT 1 FROM wardbell.user_account u WHERE u.email = ${email}`,
  );
  if (known.length > 0) return;
  const passwordHash = await new Passwords().hash(superAdmin.password);
  await database.acrossTenants(SYSTEM, async (tx) => {
    const [created] = await tx.db.$queryRaw<{ id: string }[]>`
      INSERT INTO wardbell.user_account (email, name, role, password_hash)
      VALUES (${email}, 'Super admin', 'super_admin', ${passwordHash})
      ON CONFLICT (email) DO NOTHING
      RETURNING id::text`;
    if (created) tx.audit({ action: 'user.create', objectType: 'user', objectId: created.id });
  });
}
