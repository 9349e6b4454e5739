import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { describeWith } from '../../support/programs.js';
import { startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { DebianPostgres } from './support/debian-postgres.js';

describeWith('postgresql', 'docs/sql-emit.md', () => {
  it('shows a service that emits in its own transaction through psql, and it works as it stands there', async () => {
    const script = /```sql\n(-- A service[\s\S]*?)```/.exec(readFileSync('docs/sql-emit.md', 'utf8'))?.[1];
    expect(script).toBeDefined();
    const postgres = await DebianPostgres.create();
    try {
      const server = await startServer({ database: postgres });
      const tenant = randomUUID();
      await postgres.query(
        `INSERT INTO wardbell.tenant (id, name, slug) VALUES ('${tenant}', 'clinic', 'clinic')`,
      );
      const token = await mintToken({ role: 'clinician', tenantId: tenant });
      const socket = await connect(server.wsUrl, { token });
      await postgres.psql(script ?? '', { tenant });
      const event = await socket.waitFor('task_completed');
      expect(event).toMatchObject({ seq: 1, tenant_id: tenant, data: { task_id: 7 } });
      await server.stop();
    } finally {
      await postgres.remove();
    }
  });
});
