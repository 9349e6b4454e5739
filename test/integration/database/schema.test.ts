import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { database, useDatabase } from '../../support/fixture.js';

/** A column as `schema.prisma` or PostgreSQL describes it. */
interface Column {
  readonly type: string;
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
}

interface Table {
  readonly columns: Map<string, Column>;
  readonly primaryKey: string[];
  readonly uniques: string[][];
  readonly foreignKeys: string[];
  /** Columns that are named as being in the database only. */
  readonly onlyInDatabase: string[];
}

/** Types of PostgreSQL by those of the schema, native type first. */
const TYPES: Readonly<Record<string, string>> = {
  '@db.Uuid': 'uuid',
  '@db.Timestamptz(6)': 'timestamp with time zone',
  '@db.Date': 'date',
  '@db.Json': 'json',
  'Unsupported("xid8")': 'xid8',
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Boolean: 'boolean',
  Bytes: 'bytea',
  Json: 'jsonb',
  DateTime: 'timestamp with time zone',
};

const namesIn = (list: string): string[] => list.split(',').map((name) => name.trim());
const sorted = (lists: readonly string[][]): string[] => lists.map((list) => list.join(',')).sort();

/** The models of the schema by table, read from its text: Prisma's own reader wants an engine to be downloaded. */
function readModels(text: string): Map<string, Table> {
  const models = new Map<string, { name: string; lines: string[] }>();
  for (const [, name = '', body = ''] of text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm))
    models.set(name, { name, lines: body.split('\n').map((line) => line.trim()) });
  const tableOf = (model: string): string =>
    models
      .get(model)
      ?.lines.join('\n')
      .match(/@@map\("(\w+)"\)/)?.[1] ?? model;
  return new Map(
    [...models.values()].map(({ name, lines }) => [
      tableOf(name),
      readModel(lines, new Set(models.keys()), tableOf),
    ]),
  );
}

function readModel(
  lines: readonly string[],
  models: ReadonlySet<string>,
  tableOf: (model: string) => string,
): Table {
  const table: Table = {
    columns: new Map(),
    primaryKey: [],
    uniques: [],
    foreignKeys: [],
    onlyInDatabase: [],
  };
  for (const line of lines) {
    const block = /^@@(id|unique)\(\[([^\]]+)\]/.exec(line);
    if (block?.[1] === 'id') table.primaryKey.push(...namesIn(block[2] ?? ''));
    if (block?.[1] === 'unique') table.uniques.push(namesIn(block[2] ?? ''));
    const only = /^\/\/\/ Only in the database: (.+)$/.exec(line);
    if (only?.[1] !== undefined) table.onlyInDatabase.push(...namesIn(only[1]));
    const field = /^(\w+)\s+(Unsupported\("\w+"\)|\w+)(\[\]|\?)?\s*(.*)$/.exec(line);
    if (!field || line.startsWith('@@')) continue;
    const [, name = '', type = '', arity = '', attributes = ''] = field;
    if (models.has(type)) {
      const relation = /fields: \[([^\]]+)\], references: \[([^\]]+)\], onDelete: (\w+)/.exec(attributes);
      if (relation)
        table.foreignKeys.push(
          `(${namesIn(relation[1] ?? '')}) -> ${tableOf(type)} (${namesIn(relation[2] ?? '')}) ${relation[3]}`,
        );
      continue;
    }
    const native = /@db\.\w+(\(\d+\))?/.exec(attributes)?.[0];
    if (/@id\b/.test(attributes)) table.primaryKey.push(name);
    if (/@unique\b/.test(attributes)) table.uniques.push([name]);
    table.columns.set(name, {
      type: `${TYPES[native ?? type] ?? type}${arity === '[]' ? '[]' : ''}`,
      isNullable: arity === '?',
      hasDefault: attributes.includes('@default('),
    });
  }
  return table;
}

const COLUMNS = `
  SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type, NOT a.attnotnull AS nullable,
         a.atthasdef OR a.attidentity <> '' AS has_default, a.attgenerated <> '' AS generated
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'wardbell'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped`;
/** Those of partitions count as their table's: the audit log's key is in each partition and not in the whole. */
const KEYS = `
  SELECT DISTINCT coalesce(p.relname, c.relname) AS table, k.contype AS kind, r.relname AS target, k.confdeltype AS action,
    (SELECT array_agg(a.attname::text ORDER BY n.ordinality) FROM unnest(k.conkey) WITH ORDINALITY n(num)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.num) AS columns,
    (SELECT array_agg(a.attname::text ORDER BY n.ordinality) FROM unnest(k.confkey) WITH ORDINALITY n(num)
      JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.num) AS referenced
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class r ON r.oid = k.confrelid
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
  WHERE c.relnamespace = 'wardbell'::regnamespace AND k.contype IN ('p', 'u', 'f')`;

const ACTIONS: Readonly<Record<string, string>> = {
  c: 'Cascade',
  r: 'Restrict',
  a: 'NoAction',
  n: 'SetNull',
};
/** Tables that no code of the server reads by itself: they belong to functions of the database. */
const OF_FUNCTIONS = /^(emission|emission_flush|emission_probe|_prisma_migrations)$/;

useDatabase();

describe('prisma/schema.prisma and the migrated database', () => {
  const models = readModels(readFileSync('prisma/schema.prisma', 'utf8'));
  let tables: Map<string, Table & { readonly generated: string[] }>;

  beforeAll(async () => {
    tables = new Map();
    const columns = await database.query<{
      table: string;
      column: string;
      type: string;
      nullable: boolean;
      has_default: boolean;
      generated: boolean;
    }>(COLUMNS);
    for (const row of columns) {
      const table = tables.get(row.table) ?? {
        columns: new Map<string, Column>(),
        primaryKey: [],
        uniques: [],
        foreignKeys: [],
        onlyInDatabase: [],
        generated: [],
      };
      tables.set(row.table, table);
      if (row.generated) table.generated.push(row.column);
      else
        table.columns.set(row.column, {
          type: row.type,
          isNullable: row.nullable,
          hasDefault: row.has_default,
        });
    }
    const keys = await database.query<{
      table: string;
      kind: string;
      target: string | null;
      action: string;
      columns: string[];
      referenced: string[] | null;
    }>(KEYS);
    for (const { table, kind, target, action, columns: names, referenced } of keys) {
      const found = tables.get(table);
      if (kind === 'p') found?.primaryKey.push(...names);
      if (kind === 'u') found?.uniques.push(names);
      if (kind === 'f')
        found?.foreignKeys.push(`(${names}) -> ${target} (${referenced}) ${ACTIONS[action] ?? action}`);
    }
  });

  it('name the same tables', () => {
    const known = [...tables.keys()].filter((name) => !OF_FUNCTIONS.test(name)).sort();
    expect([...models.keys()].sort()).toEqual(known);
  });

  it('leave no table of a tenant without row-level security', async () => {
    const open = await database.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c
       WHERE c.relnamespace = 'wardbell'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
         AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
         AND has_table_privilege('wardbell_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
       ORDER BY 1`,
    );
    expect(open).toEqual([]);
  });

  it.each([...models.keys()])('agree on the columns of %s: type, NULL, default', (name) => {
    const model = models.get(name);
    const table = tables.get(name);
    expect(Object.fromEntries(model?.columns ?? [])).toEqual(Object.fromEntries(table?.columns ?? []));
    expect(model?.onlyInDatabase.sort()).toEqual(table?.generated.sort());
  });

  it.each([...models.keys()])('agree on the keys of %s: primary, unique, foreign', (name) => {
    const model = models.get(name);
    const table = tables.get(name);
    expect(model?.primaryKey).toEqual(table?.primaryKey);
    expect(sorted(model?.uniques ?? [])).toEqual(sorted(table?.uniques ?? []));
    expect(model?.foreignKeys.sort()).toEqual(table?.foreignKeys.sort());
  });
});
