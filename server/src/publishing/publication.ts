import { type Audience, MAX_EVENT_DATA_BYTES, RESERVED_TYPES } from '@wardbell/contract';
import { Problem, type ProblemOptions } from '../platform/errors/problem.js';
import { shapeOf } from './json-slices.js';

/** An application-defined event that somebody wants to publish. */
export interface Publication {
  readonly type: string;
  /** JSON text of an object, as it was sent. */
  readonly data: string;
  readonly audience: Audience | null;
  /** Of a CloudEvent: what its frames carry, and the SHA-256 (hex) under which it is taken once. */
  readonly cloudEvent: { readonly context: Readonly<Record<string, unknown>>; readonly key: string } | null;
}

/** What was read of a request, and how it is answered. */
export interface PublishRequest {
  readonly isBatch: boolean;
  readonly publications: readonly Publication[];
}

export type FieldErrors = NonNullable<ProblemOptions['errors']>;

/** 422 that names fields. */
export const invalid = (errors: FieldErrors): Problem => new Problem('validation_failed', { errors });

/** Objects and arrays in each other; PostgreSQL's own bound depends on its stack. */
const MAX_DEPTH = 100;
/** Bound on the sum of exponents: PostgreSQL writes `1e1000` out with 1,000 digits. */
const MAX_HIDDEN_DIGITS = 16_384;

/**
 * Checks what schemas cannot say of data: its size and shape.
 * @param value the same, parsed
 * @param path how an error names it
 */
export function checkData(text: string | undefined, value: unknown, path: string): string {
  const refuse = (message: string): never => {
    throw invalid([{ path, message }]);
  };
  if (text === undefined) return refuse('is required');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('must be of type object');
  if (Buffer.byteLength(text) > MAX_EVENT_DATA_BYTES) return refuse('must be at most 64 KiB');
  const { depth, hiddenDigits } = shapeOf(text);
  if (depth > MAX_DEPTH) return refuse(`must not be nested deeper than ${MAX_DEPTH}`);
  if (hiddenDigits > MAX_HIDDEN_DIGITS)
    return refuse(`must not have exponents of numbers that add up to more than ${MAX_HIDDEN_DIGITS}`);
  return text;
}

/** @throws Problem `reserved_type` */
export function refuseReserved(type: string, path: string): void {
  if (!RESERVED_TYPES.has(type)) return;
  throw new Problem('reserved_type', { errors: [{ path, message: 'is reserved for Wardbell itself' }] });
}
