import type { Log } from '../platform/log/log.js';
import { connectOnce } from './connect.js';

/**
 * Warns of settings with which a crash of the machine loses or corrupts committed data. They are not refused, because
 * they are right for test servers, and some file systems (ZFS) make full-page writes unnecessary.
 * `synchronous_commit` is not checked: units of work set it themselves (wardbell.commit_durably).
 * @throws StartError when the database cannot be reached
 */
export async function warnOfLossySettings(url: string, log: Log): Promise<void> {
  const client = await connectOnce(url, 'RELAY_DATABASE_URL');
  try {
    const { rows } = await client.query<{ fsync: string; full_page_writes: string }>(
      `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes`,
    );
    if (rows[0]?.fsync === 'off') log.warn('postgresql runs with fsync off, a crash can lose committed data');
    if (rows[0]?.full_page_writes === 'off')
      log.warn('postgresql runs with full_page_writes off, a crash can corrupt data');
  } finally {
    await client.end();
  }
}
