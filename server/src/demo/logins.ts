import { createHmac } from 'node:crypto';
import type { Role } from '@wardbell/contract';
import type { Config } from '../platform/config/config.js';
import { loadOrCreateSecret, randomKey } from '../platform/config/secrets.js';
import { deriveKeys } from '../platform/config/signing-keys.js';
import { DEMO_CLINICS, type DemoClinic } from './clinics.js';

/** A login of the demonstration, for the output of start-up. */
export interface DemoLogin {
  /** Null for the super admin. */
  readonly clinic: string | null;
  readonly role: Role;
  readonly email: string;
  readonly password: string;
}

/** Letters and digits that are not confused with each other when they are read from a screen and typed. */
const UNAMBIGUOUS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** E-mail address of a user of a clinic. */
export const demoEmail = (clinic: DemoClinic, user: string): string => `${user}@${clinic.slug}.test`;

/** The configuration that the demo logins depend on. */
export type DemoConfig = Pick<Config, 'demo' | 'dataDir' | 'jwtKeys' | 'production' | 'superAdmin'>;

/**
 * All demo logins. They are the same at each start, because the passwords are derived from a key. In production the key
 * is derived from `JWT_SECRET`, which all instances share, since a container may have no writable folder. Otherwise the
 * key is random and stored in `DATA_DIR` (mode 0600). Passwords are not stored.
 */
export function demoLogins(config: DemoConfig): readonly DemoLogin[] {
  if (!config.demo) return [];
  const key = config.production
    ? deriveKeys(config, 'wardbell demo logins')[0]
    : loadOrCreateSecret(config.dataDir, 'demo-logins-key', randomKey);
  const people = DEMO_CLINICS.flatMap((clinic) =>
    clinic.people.map(({ user, role }) => {
      const email = demoEmail(clinic, user);
      return { clinic: clinic.name, role, email, password: passwordOf(key, email) };
    }),
  );
  return [{ clinic: null, role: 'super_admin', ...config.superAdmin }, ...people];
}

/** A password of three groups of four characters, 59 bits. */
const passwordOf = (key: string | Buffer, email: string): string => {
  const digest = createHmac('sha256', key).update(email).digest();
  const letters = Array.from(digest.subarray(0, 12), (byte) =>
    UNAMBIGUOUS.charAt(byte % UNAMBIGUOUS.length),
  ).join('');
  return letters.replace(/(.{4})(?=.)/g, '$1-');
};
