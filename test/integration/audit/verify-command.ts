import { execFile } from 'node:child_process';
import { z } from 'zod';
import { JWT_SECRET } from '../../support/server.js';

const Ended = z.object({ code: z.number() });

/** `npm run verify-audit` as somebody who has the database's URL runs it. */
export function verifyAudit(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['scripts/verify-audit.mjs', ...args],
      { env: { PATH: process.env['PATH'], JWT_SECRET, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: error ? Ended.parse(error).code : 0, output: stdout + stderr });
      },
    );
  });
}

/** Recomputes the hashes of a chain after its rows were changed, as the owner of the database can. */
export const REWRITE = `
  CREATE FUNCTION public.rewrite(p_scope uuid) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    record   wardbell.audit;
    previous bytea := coalesce((SELECT hash FROM wardbell.audit_anchor WHERE scope = p_scope), '\\x');
    last     bigint := coalesce((SELECT seq FROM wardbell.audit_anchor WHERE scope = p_scope), 0);
  BEGIN
    FOR record IN SELECT * FROM wardbell.audit WHERE scope = p_scope ORDER BY seq LOOP
      previous := wardbell.audit_hash(previous, record);
      last := record.seq;
      UPDATE wardbell.audit SET hash = previous WHERE scope = p_scope AND seq = record.seq;
    END LOOP;
    UPDATE wardbell.tenant_head SET audit_seq = last, audit_hash = previous WHERE tenant_id = p_scope;
  END $$`;
