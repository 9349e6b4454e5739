import { createHmac, hkdfSync } from 'node:crypto';
import type { Role } from '@wardbell/contract';
import type { Config } from '../platform/config/config.js';
import { loadOrCreateSecret, randomKey } from '../platform/config/secrets.js';
import { DEMO_CLINICS, type DemoClinic } from './clinics.js';

/** A way into the demonstration, for the lines that the start prints. */
export interface DemoLogin {
  /** Null for the super admin. */
  readonly clinic: string | null;
  readonly role: Role;
  readonly email: string;
  readonly password: string;
}

/** Letters and digits that nobody mistakes for others, when read from a screen and typed. */
const UNAMBIGUOUS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Address of a person of a clinic. */
export const demoEmail = (clinic: DemoClinic, user: string): string => `${user}@${clinic.slug}.test`;

/** What the demo logins are made of. */
export type DemoConfig = Pick<Config, 'demo' | 'dataDir' | 'jwtSecret' | 'production' | 'superAdmin'>;

/**
 * Every demo login, the same at each start, with passwords that are derived from a key. In production that key
 * follows from `JWT_SECRET`, which all instances share: a container may have no folder that it can write. Elsewhere
 * it is random and kept in `DATA_DIR` (mode 0600). No password is written anywhere.
 */
export function demoLogins(config: DemoConfig): readonly DemoLogin[] {
  if (!config.demo) return [];
  const key = config.production
    ? Buffer.from(hkdfSync('sha256', config.jwtSecret, '', 'wardbell demo logins', 32))
    : loadOrCreateSecret(config.dataDir, 'demo-logins-key', randomKey);
  const people = DEMO_CLINICS.flatMap((clinic) =>
    clinic.people.map(({ user, role }) => {
      const email = demoEmail(clinic, user);
      return { clinic: clinic.name, role, email, password: passwordOf(key, email) };
    }),
  );
  return [{ clinic: null, role: 'super_admin', ...config.superAdmin }, ...people];
}

/** Three groups of four, 59 bits. */
const passwordOf = (key: string | Buffer, email: string): string => {
  const digest = createHmac('sha256', key).update(email).digest();
  const letters = Array.from(digest.subarray(0, 12), (byte) =>
    UNAMBIGUOUS.charAt(byte % UNAMBIGUOUS.length),
  ).join('');
  return letters.replace(/(.{4})(?=.)/g, '$1-');
};
