import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { provideCertificate } from './certificate.mjs';

/**
 * Creates the secrets of a Compose installation at its first start, each in the volume of the containers that need it.
 * Existing secrets are not changed. The files are world-readable because each container runs as a different user;
 * access is controlled by the mounts of the volume.
 */
const FOLDER = process.argv[2] ?? '/secrets';

const random = (bytes = 32) => randomBytes(bytes).toString('base64url');

const keep = (path, make) => {
  const file = join(FOLDER, path);
  if (existsSync(file)) return;
  writeFileSync(file, `${make()}\n`, { mode: 0o444, flag: 'wx' });
  process.stdout.write(`made ${file}\n`);
};

/** Creates several files that must match, all or none of them. */
const keepTogether = (paths, make) => {
  const missing = paths.filter((path) => !existsSync(join(FOLDER, path)));
  if (missing.length === 0) return;
  if (missing.length < paths.length) {
    process.stderr.write(
      `wardbell: ${missing.join(', ')} is gone and belongs to ${paths.join(', ')}: restore it\n`,
    );
    process.exit(1);
  }
  const texts = make();
  for (const [index, path] of paths.entries()) keep(path, () => texts[index]);
};

keep('postgres/superuser_password', random);
/** Earlier releases kept the owner's URL where the servers read: move it to where only the migration does. */
const takeOwnerUrl = () => {
  const old = join(FOLDER, 'server', 'database_url');
  if (!existsSync(old)) return;
  keep('owner/database_url', () => readFileSync(old, 'utf8').trim());
  rmSync(old);
  process.stdout.write(`removed ${old}\n`);
};
takeOwnerUrl();
keepTogether(['postgres/owner_password', 'owner/database_url'], () => {
  const password = random();
  return [password, `postgresql://wardbell:${password}@postgres:5432/wardbell`];
});
/**
 * The logins of the servers, derived from the owner's password as `npm run migrate` derives them: so servers of an earlier
 * release, which derived theirs, keep their connections until they are replaced. Nothing leads back to the owner's.
 */
const urlOf = (user) => {
  const owner = readFileSync(join(FOLDER, 'postgres/owner_password'), 'utf8').trim();
  const password = createHmac('sha256', owner).update(user).digest('base64url');
  return `postgresql://${user}:${password}@postgres:5432/wardbell`;
};
keep('server/app_database_url', () => urlOf('wardbell_app'));
keep('server/auth_database_url', () => urlOf('wardbell_auth'));
keep('server/relay_database_url', () => urlOf('wardbell_relay'));
keepTogether(['redis/redis.conf', 'server/redis_url'], () => {
  const password = random();
  return [`requirepass ${password}`, `redis://:${password}@redis:6379`];
});
keepTogether(['prometheus/metrics_token', 'server/metrics_token'], () => {
  const token = random();
  return [token, token];
});
keep('server/jwt_secret', () => random(48));
keep('server/audit_signing_key.pem', () =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).trim(),
);
keep('server/super_admin_password', () => random(18));
keep('grafana/admin_password', () => random(18));
try {
  const folder = join(FOLDER, 'tls');
  if (await provideCertificate(folder, process.env.PUBLIC_URL)) {
    process.stdout.write(`made a self-signed certificate in ${folder}\n`);
  }
} catch (error) {
  process.stderr.write(`wardbell: the certificate of TLS: ${error.message}\n`);
  process.exit(1);
}
