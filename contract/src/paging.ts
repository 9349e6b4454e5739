import { z } from 'zod';
import { Timestamp } from './text.js';

/** Parameters that lists have in common. */

/** Rows in one page of a list. */
export const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;

export const Page = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
  after: z.string().max(4_000).optional().meta({ description: '`next` of the previous page' }),
};

/** A date, or an instant with offset. Accepts a blank for `+`, which is how URL decoding reads an unescaped `+`. */
export const DateOrTime = z
  .string()
  .transform((value) => value.replace(' ', '+'))
  .pipe(z.union([z.iso.date(), Timestamp]))
  .meta({ description: 'RFC 3339 instant, or a date: its start in the time zone of the clinic' });
