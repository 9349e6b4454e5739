import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checks } from '../support/checks.js';
import { start, useRestored, writeHistory } from './history.js';
import { OPERATIONS, type Operator } from './operator.js';
import { readCommands, readStatement } from './page.js';

/** Checks the backup of those who have no database of their own: a copy of `DATA_DIR`. */
export async function checkEmbedded(checks: Checks, operator: Operator): Promise<void> {
  const dataDir = join(operator.folder, '.data');
  const options = { env: { DATA_DIR: dataDir } };
  await checks.check('a copy of DATA_DIR that is put back serves, as another history', async () => {
    let server = await start(options);
    const history = await writeHistory(
      {
        get url() {
          return server.url;
        },
      },
      async () => {
        await server.stop();
        await operator.run(readCommands(OPERATIONS, 'The embedded database', 'sh'), {});
        server = await start(options);
      },
    ).finally(() => server.stop());
    rmSync(dataDir, { recursive: true });
    renameSync(join(operator.folder, 'data-backup'), dataDir);
    server = await start(options);
    try {
      const address = readStatement(OPERATIONS, 'postgresql://wardbell:$(cat');
      const tell = readCommands(OPERATIONS, 'After files were put back', 'sh');
      await operator.run(`DATABASE_URL="${address}"\n${tell}`, {});
    } finally {
      await server.stop();
    }
    await useRestored(options, history);
  });
}
