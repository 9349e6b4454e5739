import { z } from 'zod';

/**
 * Schemas of text fields. PostgreSQL cannot store U+0000, and drivers replace lone surrogates, so both are refused here
 * with a clear message.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it must find
const CONTROL = /[\u0000-\u001f\u007f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it must find
const CONTROL_EXCEPT_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** One line of trimmed text, `min` to `max` characters. */
export const line = (min: number, max: number) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    .refine((value) => !CONTROL.test(value), 'must not contain control characters')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');

/** Text of several lines, at most `max` characters. */
export const prose = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !CONTROL_EXCEPT_LINES.test(value), 'must not contain control characters')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');

export const Uuid = z.guid().meta({ description: 'Identifier (UUID)' });
/** An instant with offset (RFC 3339). Responses use UTC with milliseconds. */
export const Timestamp = z.iso.datetime({ offset: true });
/** Counts the writes of one object from 1. Also its `ETag`. */
export const Version = z.int().min(1).meta({ description: 'Counts the writes of this object from 1' });
/** Sequence number of an event within its tenant: 1, 2, 3, … without gaps, in commit order. 0: before the first. */
export const Seq = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** In events about a patient who was purged. */
export const Purged = z
  .literal(true)
  .optional()
  .meta({ description: 'The patient was purged: only ids and the version are left' });
