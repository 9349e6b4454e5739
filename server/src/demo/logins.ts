import { createHmac } from 'node:crypto';
import type { Role } from '@wardbell/contract';
import type { Config } from '../config/config.js';
import { keptSecret, randomKey } from '../config/secrets.js';
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
const LEGIBLE = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Address of a person of a clinic. */
export const demoEmail = (clinic: DemoClinic, user: string): string => `${user}@${clinic.slug}.test`;

/**
 * Every demo login, the same at each start: the passwords are made from a random key that is kept in
 * `DATA_DIR` (mode 0600), and no password is written anywhere.
 */
export function demoLogins(config: Pick<Config, 'demo' | 'dataDir' | 'superAdmin'>): readonly DemoLogin[] {
  if (!config.demo) return [];
  const key = keptSecret(config.dataDir, 'demo-logins-key', randomKey);
  const people = DEMO_CLINICS.flatMap((clinic) =>
    clinic.people.map(({ user, role }) => {
      const email = demoEmail(clinic, user);
      return { clinic: clinic.name, role, email, password: passwordOf(key, email) };
    }),
  );
  return [{ clinic: null, role: 'super_admin', ...config.superAdmin }, ...people];
}

/** Three groups of four, 59 bits. */
const passwordOf = (key: string, email: string): string => {
  const digest = createHmac('sha256', key).update(email).digest();
  const letters = Array.from(digest.subarray(0, 12), (byte) => LEGIBLE.charAt(byte % LEGIBLE.length)).join(
    '',
  );
  return letters.replace(/(.{4})(?=.)/g, '$1-');
};
