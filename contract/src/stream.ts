import { z } from 'zod';
import { EventFrame, EventTypeName } from './event.js';
import { Seq, Uuid } from './text.js';
import { Topic } from './topic.js';

/** The stream over plain HTTP, for networks without WebSockets. */

/** Between two comments on an event stream. */
export const STREAM_COMMENT_MS = 15_000;
/** How long a ticket may be redeemed. */
export const TICKET_S = 30;
/** The longest that a poll may wait. */
export const MAX_POLL_S = 30;
/** Events in one answer to a poll. */
export const MAX_POLL_EVENTS = 1_000;

const names = <Output>(name: z.ZodType<Output, string>) =>
  z
    .string()
    .max(15_000)
    .transform((value) => value.split(',').filter((each) => each !== ''))
    .pipe(z.array(name).max(100));

export const StreamQuery = z.object({
  topics: names(z.string())
    .optional()
    .meta({
      description: `Of ${Topic.options.join(', ')}, separated by commas; all that the role may see, unless said`,
    }),
  types: names(EventTypeName).optional().meta({ description: 'Only these event types, separated by commas' }),
  since: z.coerce
    .number()
    .pipe(Seq)
    .optional()
    .meta({ description: 'Exclusive; from now on, unless said. Goes with `epoch`' }),
  epoch: z.string().max(100).optional(),
  wait: z.coerce
    .number()
    .min(0)
    .max(MAX_POLL_S)
    .default(0)
    .meta({ description: 'Long poll: how many seconds to wait while there is nothing' }),
  lastEventID: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Event stream: `<epoch>:<seq>`, like the header `Last-Event-ID`' }),
  ticket: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Instead of the bearer token, once: for EventSource, which sends no headers' }),
  previous: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Id of the connection that this one replaces' }),
});

/** Answer to a long poll. */
export const PollAnswer = z.object({
  events: z.array(EventFrame).max(MAX_POLL_EVENTS),
  seq: Seq.meta({ description: '`since` of the next poll' }),
  epoch: Uuid,
  up_to_date: z.boolean().meta({ description: 'False: more is there, poll again at once' }),
});

export const TicketAnswer = z.object({ ticket: z.string(), expires_in: z.int() });
