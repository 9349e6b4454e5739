import { readFileSync } from 'node:fs';

/**
 * Reads secrets from files, as is usual with Docker and Kubernetes: with `JWT_SECRET_FILE=/run/secrets/jwt_secret` the
 * content of the file becomes the value of `JWT_SECRET`.
 */
const FROM_FILES = [
  'DATABASE_URL',
  'APP_DATABASE_URL',
  'AUTH_DATABASE_URL',
  'RELAY_DATABASE_URL',
  'JWT_SECRET',
  'SUPER_ADMIN_PASSWORD',
  'REDIS_URL',
  'METRICS_TOKEN',
  'APP_API_TOKEN',
  'VAPID_PRIVATE_KEY',
];

const refuse = (message) => {
  process.stderr.write(`wardbell: ${message}\n`);
  process.exit(1);
};

/** Sets the variables for which a file is configured. Exits with a one-line message when a file cannot be read. */
export function readSecretFiles() {
  for (const name of FROM_FILES) {
    const path = process.env[`${name}_FILE`];
    if (!path) continue;
    if (process.env[name]) refuse(`${name} and ${name}_FILE are both set: keep one`);
    try {
      process.env[name] = readFileSync(path, 'utf8').trim();
    } catch (error) {
      refuse(`${name}_FILE: the file cannot be read (${error.code}): check its path and who may read it`);
    }
  }
}
