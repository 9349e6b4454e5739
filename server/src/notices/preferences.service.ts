import { Injectable } from '@nestjs/common';
import { NotificationPreferences } from '@wardbell/contract';
import type { Tx } from '../database/tx.js';

/** What each person wants to hear: quiet hours, sound and desktop notifications. */
@Injectable()
export class PreferencesService {
  /** The defaults of the contract for those who have set none. */
  async get(tx: Tx): Promise<NotificationPreferences> {
    const [row] = await tx.sql.query<object[]>`
      SELECT p.quiet_hours, p.sound, p.desktop FROM wardbell.notification_preference p
      WHERE p.tenant_id = wardbell.current_tenant() AND p.user_id = ${tx.principal.userId}`;
    return NotificationPreferences.parse(row ?? {});
  }

  async set(tx: Tx, preferences: NotificationPreferences): Promise<NotificationPreferences> {
    const { quiet_hours, sound, desktop } = preferences;
    await tx.sql.execute`
      INSERT INTO wardbell.notification_preference (tenant_id, user_id, quiet_hours, sound, desktop)
      VALUES (wardbell.current_tenant(), ${tx.principal.userId},
              ${quiet_hours === null ? null : JSON.stringify(quiet_hours)}::jsonb, ${sound}, ${desktop})
      ON CONFLICT (tenant_id, user_id) DO UPDATE
        SET quiet_hours = excluded.quiet_hours, sound = excluded.sound, desktop = excluded.desktop`;
    return preferences;
  }
}
