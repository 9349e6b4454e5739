import sql, { raw, type Sql } from 'sql-template-tag';

/** A practitioner, room or type as a write names it: by the id of a record, which sets the text, or by a text. */
export type Named = { readonly id: string } | { readonly text: string | null };

/** Undefined when a write says nothing of it. An id of null leaves it to the text, and clears it without one. */
export function namedOf(text: string | null | undefined, id: string | null | undefined): Named | undefined {
  if (id != null) return { id };
  if (text !== undefined) return { text };
  return id === null ? { text: null } : undefined;
}

/**
 * The name and the record of what a write says, for `FROM`: one row `alias(id, name, ok, own)`. A text is kept as it was
 * written, and linked to the active record with the same folded name. `ok` is false for an id of no active record.
 * @param own a column of the record
 */
export function recordOf(table: Sql, alias: string, named: Named, own: Sql = raw('NULL')): Sql {
  const as = raw(alias);
  const isText = 'text' in named;
  const name = isText ? sql`${named.text}::text` : sql`r.name`;
  const isSame = isText
    ? sql`t.folded = wardbell.fold_name(${named.text}::text)`
    : sql`t.id = ${named.id}::uuid`;
  return sql`(SELECT r.id, ${name} AS name, ${isText ? raw('true') : raw('r.id IS NOT NULL')} AS ok, r.own
    FROM (SELECT) one LEFT JOIN (
      SELECT t.id, t.name, ${own} AS own FROM ${table} t
      WHERE t.tenant_id = wardbell.current_tenant() AND t.active AND ${isSame}
    ) r ON true) ${as}`;
}

export const PRACTITIONERS = raw('wardbell.practitioner');
export const ROOMS = raw('wardbell.room');
export const TYPES = raw('wardbell.appointment_type');
