import { MAX_SCHEMA_BYTES } from '@wardbell/contract';
import { compilePattern, PatternError } from './linear-pattern.js';

/**
 * Bounds of a schema that hold whatever its author wants. Checking an event costs at most the number of nodes of the
 * schema, written out without references, times the number of values in the data (64 KiB); so that number is bounded,
 * and a schema that refers to itself, whose cost can grow exponentially with the depth of the data, is refused.
 */

const MAX_DEPTH = 32;
/** Nodes of the schema with each reference replaced by what it refers to. */
export const MAX_COST = 2_000;
/** Compares each two items of an array. */
const MAX_UNIQUE_ITEMS = 200;
const UNIQUE_COST = 20;
const DIALECT = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

type Json = Readonly<Record<string, unknown>>;

/** Keywords with one schema, an array of them, or schemas by name. */
const ONE: ReadonlySet<string> = new Set([
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
  'items',
  'contains',
  'not',
  'if',
  'then',
  'else',
]);
const MANY: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const NAMED: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
  '$defs',
  'definitions',
]);
/** Keywords that make the target of a reference depend on its location. */
const REFUSED: ReadonlySet<string> = new Set([
  '$anchor',
  '$dynamicAnchor',
  '$dynamicRef',
  '$recursiveRef',
  '$recursiveAnchor',
]);

/** What is wrong with a schema; says what to change and repeats nothing of it but keywords. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/**
 * The cost of a schema.
 * @throws SchemaError when it is beyond a bound
 */
export function costOf(schema: unknown): number {
  if (Buffer.byteLength(JSON.stringify(schema)) > MAX_SCHEMA_BYTES)
    throw new SchemaError('must be at most 32 KiB');
  return new Walk(schema).cost(schema, 0);
}

class Walk {
  readonly #known = new Map<object, number>();
  readonly #under = new Set<object>();

  constructor(private readonly root: unknown) {}

  cost(schema: unknown, depth: number): number {
    if (depth > MAX_DEPTH) throw new SchemaError(`must not be nested deeper than ${MAX_DEPTH}`);
    if (!isObject(schema)) return 1;
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    if (this.#under.has(schema)) throw new SchemaError('must not refer to itself');
    this.#under.add(schema);
    let cost = 1;
    for (const [keyword, value] of Object.entries(schema)) {
      cost += this.#keyword(schema, keyword, value, depth);
      if (cost > MAX_COST) throw new SchemaError(`has more than ${MAX_COST} nodes, references written out`);
    }
    this.#under.delete(schema);
    this.#known.set(schema, cost);
    return cost;
  }

  #keyword(schema: Json, keyword: string, value: unknown, depth: number): number {
    if (REFUSED.has(keyword)) throw new SchemaError(`must not use ${keyword}`);
    if (keyword === '$id' && schema !== this.root) throw new SchemaError('may have $id at its root only');
    if (keyword === '$schema' && !(typeof value === 'string' && DIALECT.test(value)))
      throw new SchemaError('must be of the dialect 2020-12');
    if (keyword === '$ref') return this.cost(this.#resolve(value), depth + 1);
    if (keyword === 'pattern') return patternCost(value);
    if (keyword === 'uniqueItems' && value === true) return uniqueCost(schema);
    if (ONE.has(keyword)) return this.cost(value, depth + 1);
    if (MANY.has(keyword)) return this.#sum(Array.isArray(value) ? value : [], depth);
    if (NAMED.has(keyword) && isObject(value)) {
      const patterns = keyword === 'patternProperties' ? Object.keys(value).map(patternCost) : [];
      return patterns.reduce((sum, cost) => sum + cost, 0) + this.#sum(Object.values(value), depth);
    }
    return nodesOf(value, depth);
  }

  #sum(schemas: readonly unknown[], depth: number): number {
    return schemas.reduce<number>((sum, schema) => sum + this.cost(schema, depth + 1), 0);
  }

  /** Only within the document. */
  #resolve(ref: unknown): unknown {
    if (typeof ref !== 'string' || !/^#(?:\/|$)/.test(ref))
      throw new SchemaError('may refer with $ref to its own parts only, as in "#/$defs/name"');
    let part: unknown = this.root;
    for (const token of ref.split('/').slice(1)) {
      const name = decodeToken(token);
      part = isObject(part) || Array.isArray(part) ? Reflect.get(part, name) : undefined;
    }
    if (!isObject(part) && typeof part !== 'boolean')
      throw new SchemaError('has a $ref whose target does not exist');
    return part;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const decodeToken = (token: string): string => {
  try {
    return decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    throw new SchemaError('has a $ref whose target does not exist');
  }
};

/** Values in a value that is no schema, such as an `enum`. */
function nodesOf(value: unknown, depth: number): number {
  if (depth > MAX_DEPTH) throw new SchemaError(`must not be nested deeper than ${MAX_DEPTH}`);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + nodesOf(inner, depth + 1), 1);
}

function patternCost(pattern: unknown): number {
  try {
    return 1 + Math.ceil(compilePattern(String(pattern)).programSize() / 10);
  } catch (error) {
    if (error instanceof PatternError) throw new SchemaError(error.message, { cause: error });
    throw error;
  }
}

function uniqueCost({ maxItems }: Json): number {
  if (typeof maxItems !== 'number' || maxItems > MAX_UNIQUE_ITEMS)
    throw new SchemaError(`may use uniqueItems beside a maxItems of at most ${MAX_UNIQUE_ITEMS} only`);
  return UNIQUE_COST;
}
