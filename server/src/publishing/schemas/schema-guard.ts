import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../database/tx.js';
import { Problem, type ProblemOptions } from '../../platform/errors/problem.js';
import type { Publication } from '../publication.js';
import { Validator } from './validator.js';

/** Compiled schemas in memory; the least recently used is compiled anew. */
const MAX_VALIDATORS = 500;
const MAX_ERRORS = 50;
/** The check yields to the event loop after this time. */
const YIELD_AFTER_MS = 10;
/** For the checks of one request. */
const MAX_CHECK_MS = 5_000;

interface Stamp {
  readonly type: string;
  /** `updated_at`: differs after each change, also after deletion and re-creation. */
  readonly stamp: string;
}

/** Validates events against the current schemas of the tenant's event types. */
@Injectable()
export class SchemaGuard {
  readonly #validators = new Map<string, Validator>();

  /** @throws Problem `schema_violation` with a JSON pointer into data for each error; in front, the place in a batch */
  async check(tx: Tx, publications: readonly Publication[]): Promise<void> {
    const validators = await this.#validatorsOf(tx, new Set(publications.map(({ type }) => type)));
    if (validators.size === 0) return;
    const errors: NonNullable<ProblemOptions['errors']>[number][] = [];
    const startMs = performance.now();
    let yieldedMs = startMs;
    for (const [index, { type, data }] of publications.entries()) {
      const found = validators.get(type)?.errorsOf(JSON.parse(data), data.length) ?? [];
      const place = publications.length === 1 ? '' : `/${index}`;
      errors.push(...found.map(({ path, message }) => ({ path: place + path, message })));
      if (errors.length >= MAX_ERRORS) break;
      const nowMs = performance.now();
      if (nowMs - startMs > MAX_CHECK_MS) {
        throw new Problem('busy', { detail: 'The schemas of these events take too long to check' });
      }
      if (nowMs - yieldedMs > YIELD_AFTER_MS) {
        await nextTurn();
        yieldedMs = performance.now();
      }
    }
    if (errors.length > 0) throw new Problem('schema_violation', { errors: errors.slice(0, MAX_ERRORS) });
  }

  async #validatorsOf(tx: Tx, types: ReadonlySet<string>): Promise<Map<string, Validator>> {
    const stamps = await tx.sql.query<Stamp[]>`
      SELECT t.type, t.updated_at::text AS stamp FROM wardbell.event_type t
      WHERE t.tenant_id = wardbell.current_tenant() AND t.type = ANY(${[...types]}::text[]) AND t.schema IS NOT NULL`;
    const found = new Map<string, Validator>();
    for (const { type, stamp } of stamps) {
      const key = `${tx.tenantId} ${type} ${stamp}`;
      const validator = this.#validators.get(key) ?? (await read(tx, type));
      if (validator === undefined) continue;
      this.#remember(key, validator);
      found.set(type, validator);
    }
    return found;
  }

  #remember(key: string, validator: Validator): void {
    this.#validators.delete(key);
    this.#validators.set(key, validator);
    const [oldest] = this.#validators.keys();
    if (this.#validators.size > MAX_VALIDATORS && oldest !== undefined) this.#validators.delete(oldest);
  }
}

async function read(tx: Tx, type: string): Promise<Validator | undefined> {
  const [row] = await tx.sql.query<{ schema: object | boolean | null }[]>`
    SELECT t.schema FROM wardbell.event_type t
    WHERE t.tenant_id = wardbell.current_tenant() AND t.type = ${type}`;
  return row === undefined || row.schema === null ? undefined : new Validator(row.schema);
}
