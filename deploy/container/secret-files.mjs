import { readFileSync } from 'node:fs';

/**
 * Secrets may come from files, the way of Docker and Kubernetes: with `JWT_SECRET_FILE=/run/secrets/jwt_secret`
 * the file's text stands for `JWT_SECRET`.
 */
const FROM_FILES = [
  'DATABASE_URL',
  'APP_DATABASE_URL',
  'RELAY_DATABASE_URL',
  'JWT_SECRET',
  'SUPER_ADMIN_PASSWORD',
  'REDIS_URL',
  'METRICS_TOKEN',
];

const refuse = (message) => {
  process.stderr.write(`wardbell: ${message}\n`);
  process.exit(1);
};

/** Sets the variables whose files are named. Ends the process with one line when that is not possible. */
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
