import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const Schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  minItems: z.number().optional(),
  required: z.array(z.string()).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
});
type Schema = z.output<typeof Schema>;

const record = (value: unknown): Readonly<Record<string, unknown>> => ({ ...Object(value) });

export interface SampleOptions {
  /** With the fields that may be absent. */
  readonly isFull?: boolean;
  /** The value of a field by its name; undefined: any that fits. */
  readonly choose?: (field: string) => unknown;
}

/** Texts that fit the formats and patterns of the contract. */
const TEXTS = [
  'Sample',
  'sample-1',
  'a-long-sample-of-words-7',
  '2026-12-01',
  '2026-12-01T09:00:00Z',
  'sample@example.org',
  'https://127.0.0.1:9/sample',
  '407183',
  'UTC',
  '+49 30 123456',
];

/**
 * A value that a schema of the contract accepts, made from its JSON Schema.
 * @returns undefined when none of the values that it makes is accepted, as with conditions between fields
 */
export function sample(schema: z.ZodType, { isFull = true, choose = () => undefined }: SampleOptions = {}) {
  const made = sampleOf(schema, { isFull, choose });
  for (;;) {
    const { error } = schema.safeParse(made);
    if (error === undefined) return made;
    if (!error.issues.some(({ path }) => repair(schema, made, path))) return undefined;
  }
}

/** Replaces the value at a path by a text that is accepted there, or else removes it. True if it was there. */
function repair(schema: z.ZodType, made: unknown, path: readonly PropertyKey[]): boolean {
  const field = path.at(-1);
  const parent = path.slice(0, -1).reduce<unknown>((at, name) => Reflect.get(Object(at), name), made);
  if (field === undefined || !(parent instanceof Object) || !(field in parent)) return false;
  const isWrong = (): boolean =>
    schema.safeParse(made).error?.issues.some((issue) => issue.path.join() === path.join()) ?? false;
  for (const text of TEXTS) {
    Reflect.set(parent, field, text);
    if (!isWrong()) return true;
  }
  return Reflect.deleteProperty(parent, field);
}

/** The names of all fields in a schema, at any depth. */
export function fieldsOf(schema: z.ZodType): readonly string[] {
  const names = new Set<string>();
  sampleOf(schema, { isFull: true, choose: (field) => void names.add(field) });
  return [...names];
}

/** Converting a schema takes milliseconds, and a fuzzer asks for each many times. */
const converted = new WeakMap<z.ZodType, Readonly<Record<string, unknown>>>();

function jsonSchemaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const known = converted.get(schema);
  if (known) return known;
  const made = record(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  converted.set(schema, made);
  return made;
}

function sampleOf(zodSchema: z.ZodType, { isFull, choose }: Required<SampleOptions>): unknown {
  const root = jsonSchemaOf(zodSchema);
  const make = (value: unknown, depth: number): unknown => {
    const schema = Schema.parse(value ?? {});
    if (schema.$ref !== undefined) {
      const found = schema.$ref
        .split('/')
        .slice(1)
        .reduce<unknown>((at, name) => record(at)[name], root);
      return depth > 12 ? null : make(found, depth + 1);
    }
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return schema.enum[0];
    for (const name of ['anyOf', 'oneOf']) {
      const options = schema[name];
      if (Array.isArray(options)) return make(options[0], depth + 1);
    }
    const parts = schema['allOf'];
    if (Array.isArray(parts)) return Object.assign({}, ...parts.map((part) => make(part, depth + 1)));
    switch ([schema.type].flat()[0]) {
      case 'object':
        return object(schema, depth);
      case 'array':
        return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () =>
          make(schema['items'], depth + 1),
        );
      case 'string':
        return text(schema);
      case 'integer':
      case 'number':
        return Math.max(schema.minimum ?? 1, (schema.exclusiveMinimum ?? 0) + 1);
      case 'boolean':
        return true;
      case 'null':
        return null;
      default:
        return {};
    }
  };
  const object = (schema: Schema, depth: number): unknown => {
    const required = new Set(schema.required ?? []);
    const made: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(record(schema['properties']))) {
      const chosen = choose(name);
      if (!isFull && !required.has(name)) continue;
      made[name] = chosen === undefined ? make(value, depth + 1) : asListed(value, chosen);
    }
    return made;
  };
  return make(root, 0);
}

/** A list where the schema has a list. */
const asListed = (schema: unknown, value: unknown): unknown => {
  const isList = (each: unknown): boolean => record(each)['type'] === 'array';
  const options = record(schema)['anyOf'];
  const isListed = isList(schema) || (Array.isArray(options) && options.some(isList));
  return isListed && !Array.isArray(value) ? [value] : value;
};

const text = ({ format, pattern, minLength = 0 }: Schema): string => {
  if (format === 'uuid' || format === 'guid') return randomUUID();
  if (format === 'date') return '2026-12-01';
  if (format === 'date-time') return '2026-12-01T09:00:00Z';
  if (format === 'email') return 'sample@example.org';
  if (format === 'uri') return 'https://127.0.0.1:9/sample';
  const expression = pattern === undefined ? /^/ : new RegExp(pattern, 'u');
  const fits = (value: string): boolean => expression.test(value) && value.length >= minLength;
  return [...TEXTS, randomUUID()].find(fits) ?? 'sample'.padEnd(minLength, 'x');
};
