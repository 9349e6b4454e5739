import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Email, Password } from '@wardbell/contract';
import { Database } from './database/database.service.js';
import { openOwnerDatabase } from './database/owner-database.js';
import { AppPool, AuthPool, RelayPool } from './database/pools.js';
import { type Login, provisionRoles } from './database/roles.js';
import { personalWords, weaknessOf } from './identity/password-rules/password-rules.js';
import { resetSuperAdmin, SUPER_ADMIN_NAME } from './identity/users/super-admin.js';
import { type Config, loadConfig } from './platform/config/config.js';
import { StartError } from './platform/config/start-error.js';
import { createLog, type Log } from './platform/log/log.js';
import { runCommand } from './platform/run-command.js';

/**
 * `npm run reset-super-admin [-- E-MAIL]`: sets the password of the super admin `SUPER_ADMIN_EMAIL`, or of the one that
 * is named, for those who can read the database's credentials. Runs beside a server and without one. The password is
 * never an argument, because other users of the machine can read those.
 */

/** A program that calls this one may leave standard input open and empty. */
const INPUT_TIMEOUT_MS = 5_000;

/** The first line of standard input; empty when there is none. A terminal does not show it. */
async function readLine(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
  const timer = stdin.isTTY ? undefined : setTimeout(() => lines.close(), INPUT_TIMEOUT_MS);
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    clearTimeout(timer);
    lines.close();
    stdin.destroy();
    if (stdin.isTTY) stderr.write('\n');
  }
}

/** Runs work with the logins that servers use, whose units of work write the audit log and close sockets. */
async function withDatabase<T>(
  config: Config,
  ownerUrl: string,
  log: Log,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { appUrl, authUrl, relayUrl } = await provisionRoles(ownerUrl, {
    appDatabaseUrl: config.appDatabaseUrl,
    authDatabaseUrl: config.authDatabaseUrl,
    relayDatabaseUrl: config.relayDatabaseUrl,
    fallbackSecret: config.jwtSecret,
  });
  const login = (url: string): Login => ({ url, isPooled: true, isBounded: false });
  const logins = {
    app: login(appUrl),
    auth: login(authUrl),
    relay: login(relayUrl),
    listenUrl: relayUrl,
  };
  const [app, auth, relay] = [new AppPool(logins), new AuthPool(logins), new RelayPool(logins)];
  try {
    return await work(new Database(app, auth, relay, log));
  } finally {
    await Promise.all([app.end(), auth.end(), relay.end()]);
  }
}

/** The same rules as for all other accounts. */
const assertStrong = async (password: string, email: string): Promise<void> => {
  const parsed = Password.safeParse(password);
  if (!parsed.success) throw new StartError(`The password ${parsed.error.issues[0]?.message}`);
  // not at the top: the lists of words take a second to load
  const { estimate } = await import('./identity/password-rules/estimate.js');
  const personal = personalWords({ email, name: SUPER_ADMIN_NAME, clinic: null });
  const weakness = weaknessOf(estimate({ password, personal }));
  if (weakness !== undefined) throw new StartError(`The password is too easy to guess: ${weakness}`);
};

const addressOf = (text: string): string => {
  const parsed = Email.safeParse(text);
  if (!parsed.success) throw new StartError('The argument must be an e-mail address');
  return parsed.data;
};

const main = async (): Promise<void> => {
  const config = loadConfig(process.env);
  const log = createLog(config);
  const email = addressOf(process.argv[2] ?? config.superAdmin.email);
  const given = await readLine(`New password of ${email} (empty: that of SUPER_ADMIN_PASSWORD): `);
  const password = given === '' ? config.superAdmin.password : given;
  await assertStrong(password, email);
  const { ownerUrl, stop } = await openOwnerDatabase(config, log);
  try {
    const isNew = await withDatabase(config, ownerUrl, log, (database) =>
      resetSuperAdmin(database, email, password),
    );
    const from = given === '' ? 'SUPER_ADMIN_PASSWORD' : 'standard input';
    const outcome = isNew ? 'The super admin was created' : 'The password is set and all sessions have ended';
    process.stdout.write(`${outcome} (${email}, password from ${from}).\n`);
  } finally {
    await stop();
  }
};

await runCommand(main);
