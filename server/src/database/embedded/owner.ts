import pg from 'pg';

/** Owns the database, migrates it and creates the run-time roles. CREATEROLE is its only privilege. */
export const OWNER = 'wardbell';

/** Creates the owner and its database if they do not exist. */
export async function makeOwner(superuserUrl: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const roles = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [OWNER]);
    // Every start sets the password again, so that it matches the file. It is our own random text, hence quotable.
    const verb = roles.rowCount === 0 ? 'CREATE' : 'ALTER';
    const options = 'LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS NOREPLICATION';
    await client.query(`${verb} ROLE ${OWNER} ${options} PASSWORD ${client.escapeLiteral(password)}`);
    const databases = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [OWNER]);
    if (databases.rowCount === 0) await client.query(`CREATE DATABASE ${OWNER} OWNER ${OWNER}`);
  } finally {
    await client.end();
  }
}
