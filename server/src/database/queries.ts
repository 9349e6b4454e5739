import type pg from 'pg';
import sql, { Sql } from 'sql-template-tag';

/** Bound of prepared statements per connection. Beyond it, statements are not prepared. */
const MAX_STATEMENTS = 500;
const names = new Map<string, string>();

/** The prepared-statement name of a text; undefined beyond the bound. */
export const statementName = (text: string): string | undefined => {
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_STATEMENTS) return known;
  const name = `w${names.size}`;
  names.set(text, name);
  return name;
};

/**
 * SQL of one transaction, as templates whose values become parameters and never text. Statements run on the driver and
 * may be pipelined. Prisma Client costs about 330 µs per statement (docs/decisions/0011-prisma-beside-sql.md), which is
 * too slow for the writes of a clinic.
 */
export class Queries {
  /** @param isPrepared whether statements are prepared under a name */
  constructor(
    private readonly client: pg.ClientBase,
    private readonly isPrepared: boolean,
  ) {}

  /**
   * The rows of a query.
   *
   * @example
   *   const [row] = await tx.sql.query<{ name: string }[]>`SELECT name FROM wardbell.tenant WHERE id = ${id}::uuid`;
   */
  async query<Rows extends readonly unknown[]>(
    template: TemplateStringsArray | Sql,
    ...values: readonly unknown[]
  ): Promise<Rows[number][]> {
    return (await this.#run(template, values)).rows;
  }

  /** The number of rows that a statement wrote. */
  async execute(template: TemplateStringsArray | Sql, ...values: readonly unknown[]): Promise<number> {
    return (await this.#run(template, values)).rowCount ?? 0;
  }

  #run(template: TemplateStringsArray | Sql, values: readonly unknown[]): Promise<pg.QueryResult> {
    const query = template instanceof Sql ? template : sql(template, ...values);
    const { text } = query;
    const name = this.isPrepared ? statementName(text) : undefined;
    return this.client.query({ text, values: query.values, ...(name === undefined ? {} : { name }) });
  }
}
