import type pg from 'pg';
import { Prisma } from './generated/client.js';

/** Prepared statements kept by each connection; SQL whose text varies without end is not prepared. */
const MAX_STATEMENTS = 500;
const names = new Map<string, string>();

const nameOf = (text: string): string | undefined => {
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_STATEMENTS) return known;
  const name = `w${names.size}`;
  names.set(text, name);
  return name;
};

/**
 * Queries of one transaction, written as Prisma's raw ones are: a template whose values become parameters,
 * never text. They go to the driver itself, because Prisma's client cost as much again as the whole rest of a
 * write (400 µs for five statements), and one connection's statements may be under way together.
 */
export class Queries {
  /** @param isPrepared whether statements get names, under which the connection keeps their plans */
  constructor(
    private readonly client: pg.ClientBase,
    private readonly isPrepared: boolean,
  ) {}

  /**
   * The rows of a query.
   *
   * @example
   *   const [row] = await tx.db.$queryRaw<{ name: string }[]>`SELECT name FROM wardbell.tenant WHERE id = ${id}::uuid`;
   */
  async $queryRaw<Rows extends readonly unknown[]>(
    sql: TemplateStringsArray | Prisma.Sql,
    ...values: readonly unknown[]
  ): Promise<Rows[number][]> {
    return (await this.#run(sql, values)).rows;
  }

  /** The number of rows that a statement wrote. */
  async $executeRaw(sql: TemplateStringsArray | Prisma.Sql, ...values: readonly unknown[]): Promise<number> {
    return (await this.#run(sql, values)).rowCount ?? 0;
  }

  #run(sql: TemplateStringsArray | Prisma.Sql, values: readonly unknown[]): Promise<pg.QueryResult> {
    const query = sql instanceof Prisma.Sql ? sql : Prisma.sql(sql, ...values);
    const { text } = query;
    const name = this.isPrepared ? nameOf(text) : undefined;
    return this.client.query({ text, values: query.values, ...(name === undefined ? {} : { name }) });
  }
}
