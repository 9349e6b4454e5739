import { beforeAll, describe, expect, it } from '@jest/globals';
import { database, startAnother, useDatabase } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { count } from '../http/harness.js';

useDatabase();

describe('What has run out', () => {
  beforeAll(async () => {
    const user = `(SELECT id FROM wardbell.user_account LIMIT 1)`;
    await database.query(
      `INSERT INTO wardbell.user_account (email, name, role) VALUES ('a@b.test', 'A', 'super_admin')`,
    );
    for (const age of ['25 hours', '23 hours']) {
      await database.query(
        `INSERT INTO wardbell.idempotency (tenant_id, user_id, route, key, request_hash, created_at)
         VALUES (gen_random_uuid(), 'u', 'r', 'k', '', now() - interval '${age}')`,
      );
      await database.query(
        `INSERT INTO wardbell.login_failure (email_hash, address, at) VALUES ('', 'x', now() - interval '${age}')`,
      );
      await database.query(
        `WITH s AS (INSERT INTO wardbell.auth_session (user_id, expires_at)
           VALUES (${user}, now() - interval '${age}') RETURNING id)
         INSERT INTO wardbell.refresh_token (hash, session_id) SELECT sha256('${age}'), id FROM s`,
      );
    }
  });

  it('is deleted after a day and not before', async () => {
    await startAnother();
    for (const table of ['idempotency', 'login_failure', 'auth_session', 'refresh_token']) {
      await eventually(async () => (await count(`SELECT count(*) FROM wardbell.${table}`)) === 1, {
        what: `one row left in ${table}`,
      });
    }
    // whoever has no session any more
    expect(await count('SELECT count(*) FROM wardbell.user_account')).toBe(1);
  });
});

describe('Notices', () => {
  it('are deleted with their recipients after NOTICE_RETENTION_DAYS and not before', async () => {
    await database.query(
      `WITH tenant AS (INSERT INTO wardbell.tenant (name, slug) VALUES ('Old notices', 'old-notices') RETURNING id),
       notice AS (
         INSERT INTO wardbell.notice (tenant_id, id, seq, message, level, sender_id, sent_at)
         SELECT id, gen_random_uuid(), 1, 'x', 'info', 'system', now() - make_interval(days => age)
         FROM tenant, unnest(ARRAY[6, 8]) AS age RETURNING tenant_id, id)
       INSERT INTO wardbell.notice_recipient (tenant_id, notice_id, user_id) SELECT tenant_id, id, 'u' FROM notice`,
    );
    await startAnother({ NOTICE_RETENTION_DAYS: '7' });
    await eventually(async () => (await count('SELECT count(*) FROM wardbell.notice')) === 1);
    expect(await count('SELECT count(*) FROM wardbell.notice_recipient')).toBe(1);
  });
});
