/** A JSON Schema, as far as its shape is known. */
type Schema = boolean | Readonly<Record<string, unknown>>;

/** An application-defined event type, as `GET /event-types` returns it. */
export interface DescribedType {
  readonly type: string;
  readonly description: string | null;
  /** Null: any data. */
  readonly schema: unknown;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSchema = (value: unknown): value is Schema => typeof value === 'boolean' || isObject(value);
const schemasOf = (value: unknown): readonly Schema[] => (Array.isArray(value) ? value.filter(isSchema) : []);

const NAMED: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};
const OBJECT_KEYWORDS = ['properties', 'required', 'additionalProperties', 'patternProperties'];

const keyOf = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const group = (type: string): string => (/[|&]/.test(type) ? `(${type})` : type);
const union = (types: readonly string[]): string => {
  const different = [...new Set(types)];
  if (different.includes('unknown')) return 'unknown';
  const known = different.filter((type) => type !== 'never');
  return known.length === 0 ? 'never' : known.join(' | ');
};
const intersection = (types: readonly string[]): string => {
  const different = [...new Set(types)].filter((type) => type !== 'unknown');
  return different.length === 0 ? 'unknown' : different.map((type) => group(type)).join(' & ');
};

/** The part of a schema that a `$ref` points to (RFC 6901); undefined for anything but `#/…`. */
const resolve = (root: unknown, ref: unknown): unknown => {
  if (typeof ref !== 'string' || !ref.startsWith('#')) return undefined;
  const steps = decodeURIComponent(ref.slice(1)).split('/').slice(1);
  return steps.reduce<unknown>((part, step) => {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined;
  }, root);
};

const typeOf = (schema: Schema, root: unknown): string => {
  if (typeof schema === 'boolean') return schema ? 'unknown' : 'never';
  const parts: string[] = [];
  if ('$ref' in schema) {
    const target = resolve(root, schema['$ref']);
    parts.push(isSchema(target) ? typeOf(target, root) : 'unknown');
  }
  if ('const' in schema) parts.push(JSON.stringify(schema['const']));
  else if (Array.isArray(schema['enum']))
    parts.push(union(schema['enum'].map((value) => JSON.stringify(value))));
  else parts.push(plainType(schema, root));
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = schemasOf(schema[keyword]);
    if (branches.length > 0) parts.push(union(branches.map((branch) => typeOf(branch, root))));
  }
  for (const part of schemasOf(schema['allOf'])) parts.push(typeOf(part, root));
  return intersection(parts);
};

const plainType = (schema: Readonly<Record<string, unknown>>, root: unknown): string => {
  const { type } = schema;
  const names = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (names.length === 0)
    return OBJECT_KEYWORDS.some((key) => key in schema) ? objectType(schema, root) : 'unknown';
  return union(
    names.map((name) => {
      if (name === 'object') return objectType(schema, root);
      if (name === 'array') return arrayType(schema, root);
      return NAMED[String(name)] ?? 'unknown';
    }),
  );
};

const arrayType = (schema: Readonly<Record<string, unknown>>, root: unknown): string => {
  const items = isSchema(schema['items']) ? typeOf(schema['items'], root) : 'unknown';
  const first = schemasOf(schema['prefixItems']).map((item) => `${group(typeOf(item, root))}?`);
  if (first.length === 0) return `readonly ${group(items)}[]`;
  return `readonly [${[...first, ...(items === 'never' ? [] : [`...${group(items)}[]`])].join(', ')}]`;
};

const objectType = (schema: Readonly<Record<string, unknown>>, root: unknown): string => {
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const members = Object.entries(properties).map(([name, value]) => {
    const type = isSchema(value) ? typeOf(value, root) : 'unknown';
    return `readonly ${keyOf(name)}${required.includes(name) ? '' : '?'}: ${type}`;
  });
  for (const name of required)
    if (typeof name === 'string' && !Object.hasOwn(properties, name))
      members.push(`readonly ${keyOf(name)}: unknown`);
  const isOpen = schema['additionalProperties'] !== false || 'patternProperties' in schema;
  // With declared members, an index signature would have to be as wide as all of them.
  if (isOpen && members.length === 0) {
    const rest = schema['additionalProperties'];
    return `{ readonly [name: string]: ${isSchema(rest) && !('patternProperties' in schema) ? typeOf(rest, root) : 'unknown'} }`;
  }
  return members.length === 0 ? '{ readonly [name: string]: never }' : `{ ${members.join('; ')} }`;
};

/**
 * TypeScript for the described event types of a tenant: an interface `ApplicationEvents` from type to data, for
 * `createClient<ApplicationEvents>` and `createPublisher<ApplicationEvents>`. Keywords without a counterpart in
 * TypeScript, such as `minimum`, are left out: the server checks them.
 */
export const typesFrom = (described: readonly DescribedType[]): string => {
  const entries = described.map(({ type, description, schema }) => {
    const text = description?.replaceAll('*/', '*\\/').replace(/\s+/g, ' ').trim();
    const comment = text ? `  /** ${text} */\n` : '';
    const data = isSchema(schema) && schema !== true ? typeOf(schema, schema) : 'unknown';
    return `${comment}  readonly ${keyOf(type)}: ${data === 'unknown' ? 'Readonly<Record<string, unknown>>' : data};\n`;
  });
  return [
    '// Made by `wardbell-client types` from the event types of the server.\n',
    `export type ApplicationEvents = {\n${entries.join('')}};\n`,
  ].join('');
};
