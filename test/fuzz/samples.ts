import type { z } from 'zod';
import { fieldsOf, sample } from '../support/sample.js';

const full = new Map<z.ZodType, unknown>();
const least = new Map<z.ZodType, unknown>();
const fields = new Map<z.ZodType, readonly string[]>();

const remembered = <Value>(known: Map<z.ZodType, Value>, schema: z.ZodType, make: () => Value): Value => {
  const value = known.get(schema) ?? make();
  known.set(schema, value);
  return value;
};

/** A value that a schema accepts, the same each time. It must not be changed. */
export const sampleFor = (schema: z.ZodType, isFull: boolean): unknown =>
  remembered(isFull ? full : least, schema, () => sample(schema, { isFull }) ?? {});

/** The names of its fields. */
export const fieldsFor = (schema: z.ZodType): readonly string[] =>
  remembered(fields, schema, () => fieldsOf(schema));
