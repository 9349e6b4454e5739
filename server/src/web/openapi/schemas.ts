import { z } from 'zod';

export type JsonSchema = { [key: string]: unknown };

/** JSON Schemas of one document. Named schemas stand once under the components and are referenced. */
export class Schemas {
  readonly components: Record<string, JsonSchema> = {};

  /** Schema of data from the client. */
  input(schema: z.ZodType): JsonSchema {
    return this.#convert(schema, 'input');
  }

  /** Schema of data from the server. Clients must accept additional fields of later versions. */
  output(schema: z.ZodType): JsonSchema {
    return this.#convert(schema, 'output');
  }

  #convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, definition] of Object.entries($defs)) {
      this.components[name] = tidy(definition, io);
    }
    return tidy(root, io);
  }
}

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Rewrites references to the components and removes redundant patterns of named formats. */
function tidy(schema: unknown, io: 'input' | 'output'): JsonSchema {
  const kept: JsonSchema = {};
  if (!isObject(schema)) return kept;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'pattern' && schema['format'] !== undefined) continue;
    if (key === 'id' && typeof value === 'string') continue;
    if (key === 'additionalProperties' && value === false && io === 'output') continue;
    if (key === '$ref' && typeof value === 'string')
      kept[key] = value.replace('#/$defs/', '#/components/schemas/');
    else kept[key] = tidyValue(value, io);
  }
  return kept;
}

function tidyValue(value: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(value)) return value.map((item) => tidyValue(item, io));
  return isObject(value) ? tidy(value, io) : value;
}
