import { parseEnv } from 'node:util';
import { run } from './steps.mjs';

/**
 * The migration of `npm start` and `npm run dev`: a process of its own, which has the owner's DATABASE_URL. Afterwards this
 * process has the logins of the three roles instead. Without DATABASE_URL there is nothing to do: the server migrates the
 * embedded database, or was given its logins. Ends this process when the migration fails, which has said why.
 * @param {string} root
 */
export async function migrateStep(root) {
  if (!process.env.DATABASE_URL) return;
  const command = [process.execPath, 'server/dist/migrate.js'];
  const { code } = await run(command, { cwd: root, show: true });
  if (code !== 0) process.exit(1);
  const printed = await run([...command, '--print-urls'], { cwd: root });
  if (printed.code !== 0) process.exit(1);
  Object.assign(process.env, parseEnv(printed.output));
  delete process.env.DATABASE_URL;
}
