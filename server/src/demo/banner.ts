import type { Config } from '../platform/config/config.js';
import { demoLogins } from './logins.js';

/** A table of all demo logins: clinic, role, address, password. */
export const formatLogins = (config: Config): string => {
  const rows = demoLogins(config).map(({ clinic, role, email, password }) => [
    clinic ?? 'all clinics',
    role,
    email,
    password,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
};

/**
 * The text after start-up of a demonstration: the URL, and the demo logins with their passwords. Undefined unless a
 * person can read it, so that log collectors never get the passwords.
 */
export const banner = (config: Config, port: number): string | undefined => {
  if (config.production || !config.demo) return undefined;
  const host = config.host === '127.0.0.1' || config.host === '0.0.0.0' ? 'localhost' : config.host;
  return [
    '',
    `Wardbell is running: http://${host}:${port}`,
    '',
    formatLogins(config),
    '',
    'Stop it with Ctrl-C.',
    '',
  ].join('\n');
};
