import { z } from 'zod';
import { OWNER } from '../../server/src/database/embedded/owner.js';
import type { PostgresCluster } from '../support/postgres-cluster.js';

/** What servers write by themselves while they run, and a first start makes ready. */
const VOLATILE = [
  'instance',
  'connection',
  'disconnect_order',
  'tenant_usage',
  'login_failure',
  'idempotency',
  'write_probe',
];
const Names = z.array(z.object({ name: z.string() }));
const Digest = z.array(z.object({ count: z.coerce.number(), digest: z.string() })).length(1);

/**
 * What a restore must bring back: the rows of every table, as a count and a digest, and by object what protects them
 * (row-level security, policies, grants to the run-time roles, constraints, triggers).
 */
export async function takeFingerprint(cluster: PostgresCluster): Promise<Readonly<Record<string, string>>> {
  const tables = Names.parse(
    await cluster.query(
      `SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'wardbell'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
      OWNER,
    ),
  );
  const found: [string, string][] = [];
  for (const { name } of tables.filter((table) => !VOLATILE.includes(table.name))) {
    const [row] = Digest.parse(
      await cluster.query(
        `SELECT count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C"), '')) AS digest
           FROM wardbell."${name}" t`,
        OWNER,
      ),
    );
    found.push([`rows of ${name}`, `${row?.count} ${row?.digest}`]);
  }
  for (const [what, sql] of Object.entries(OBJECTS)) {
    const rows = Names.parse(await cluster.query(sql, OWNER));
    if (rows.length === 0) throw new Error(`there are no ${what}`);
    found.push([what, rows.map(({ name }) => name).join('\n')]);
  }
  return Object.fromEntries(found);
}

const SCHEMA = `'wardbell'::regnamespace`;
const OBJECTS = {
  tables: `SELECT concat_ws(' ', relname, relkind, relrowsecurity, relforcerowsecurity) AS name FROM pg_class
            WHERE relnamespace = ${SCHEMA} ORDER BY 1`,
  policies: `SELECT concat_ws(' ', tablename, policyname, cmd, roles::text, qual, with_check) AS name FROM pg_policies
              WHERE schemaname = 'wardbell' ORDER BY 1`,
  constraints: `SELECT concat_ws(' ', conrelid::regclass, pg_get_constraintdef(oid)) AS name FROM pg_constraint
                 WHERE connamespace = ${SCHEMA} AND contype <> 'n' ORDER BY 1`,
  // Without parentheses: a comparison of rows is a nested OR, which a dump writes in a form that is read as a flat one.
  triggers: `SELECT translate(pg_get_triggerdef(t.oid), '()', '') AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
              WHERE c.relnamespace = ${SCHEMA} AND NOT t.tgisinternal ORDER BY 1`,
  grants: `SELECT concat_ws(' ', object, grantee::regrole, privilege_type) AS name FROM (
             SELECT relname::text AS object, relacl AS acl FROM pg_class WHERE relnamespace = ${SCHEMA}
             UNION ALL SELECT oid::regprocedure::text, proacl FROM pg_proc WHERE pronamespace = ${SCHEMA}
             UNION ALL SELECT concat(attrelid::regclass, '.', attname), attacl FROM pg_attribute
               WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = ${SCHEMA})
             UNION ALL SELECT nspname::text, nspacl FROM pg_namespace WHERE nspname = 'wardbell'
           ) AS objects, aclexplode(acl)
            WHERE grantee IN ('wardbell_app'::regrole, 'wardbell_auth'::regrole, 'wardbell_relay'::regrole) ORDER BY 1`,
} as const;
