import { z } from 'zod';
import { Timestamp, Uuid } from './text.js';

/** "Why didn't she get it?": what became of one event for one person. */

export const DeliveryVerdict = z.enum([
  'acknowledged',
  'read',
  'seen',
  'delivered',
  'not_addressed',
  'filtered',
  'not_connected',
  'expired',
  'unknown',
]);
export type DeliveryVerdict = z.infer<typeof DeliveryVerdict>;

interface Reason {
  readonly verdict: DeliveryVerdict;
  readonly text: string;
}

/** The reasons for a verdict. No text names a person, a patient or what the event says. */
export const DELIVERY_REASONS = {
  acknowledged: { verdict: 'acknowledged', text: 'The person has acknowledged the notice.' },
  read: { verdict: 'read', text: 'The person has read the notice.' },
  seen: { verdict: 'seen', text: 'A client has shown the notice to the person.' },
  written: {
    verdict: 'delivered',
    text: 'The event was written to a connection of the person. No client has said that it was shown.',
  },
  written_restricted: {
    verdict: 'delivered',
    text: 'The event was written to a connection of the person without the details, because it is about a restricted patient whom the person may not see.',
  },
  inbox_delivered: {
    verdict: 'delivered',
    text: 'The inbox says that the notice was written to a connection of the person. Which one is not recorded.',
  },
  other_people: {
    verdict: 'not_addressed',
    text: 'The event is for certain people, and the person is not one of them.',
  },
  other_roles: { verdict: 'not_addressed', text: 'The event is for roles that the person does not have.' },
  role_lacks_topic: {
    verdict: 'not_addressed',
    text: 'The role of the person does not get events of this topic.',
  },
  topic_filter: {
    verdict: 'filtered',
    text: 'The person was connected, but no connection had subscribed to the topic of the event.',
  },
  type_filter: {
    verdict: 'filtered',
    text: 'The person was connected, but every connection had a filter by type that leaves the event out.',
  },
  never_connected: {
    verdict: 'not_connected',
    text: 'The person had no connection when the event was written, and has had none since.',
  },
  connected_later: {
    verdict: 'not_connected',
    text: 'The person had no connection when the event was written. A later connection began after it and did not ask for it.',
  },
  ended_before: {
    verdict: 'not_connected',
    text: 'The connection of the person ended before the event was written to it, and no later one has asked for it.',
  },
  records_expired: {
    verdict: 'expired',
    text: 'The event is older than the records of deliveries that are kept.',
  },
  not_recorded_yet: {
    verdict: 'unknown',
    text: 'A connection is open, and its server has not reported yet that it wrote the event. Ask again in a second.',
  },
  catching_up: {
    verdict: 'unknown',
    text: 'A connection is open and is catching up. It has not reached the event yet.',
  },
  instance_lost: {
    verdict: 'unknown',
    text: 'The server of the connection was killed at about that time. It did not report whether it wrote the event.',
  },
  unsent: {
    verdict: 'unknown',
    text: 'The server had the event ready for the connection, but the network had not taken it when the connection ended or was last reported.',
  },
  record_missing: {
    verdict: 'unknown',
    text: 'The server of the connection has no record of this event.',
  },
} as const satisfies Readonly<Record<string, Reason>>;
export type DeliveryReason = keyof typeof DELIVERY_REASONS;

export const DeliveryQuery = z.strictObject({
  user_id: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: '`sub` of the person, or `key:<id>` of an integration key' }),
});

const Moment = Timestamp.nullable();

const reasonCodes = Object.keys(DELIVERY_REASONS).filter((code): code is DeliveryReason =>
  Object.hasOwn(DELIVERY_REASONS, code),
);

/** Connections of the person that were open when the event was written, and those that it was written to. */
const DeliveryConnection = z.object({
  connection_id: Uuid,
  connected_at: Timestamp,
  written_at: Moment.meta({
    description:
      'When the event was written to the socket, exact to 0.2 s; null: it was not, or nobody knows whether it was',
  }),
});

export const EventDelivery = z
  .object({
    event_id: Uuid,
    user_id: z.string(),
    verdict: DeliveryVerdict.meta({ description: 'The furthest that is known' }),
    reason: z.string().meta({ description: 'The reason in words' }),
    reason_code: z.enum(reasonCodes).meta({ description: 'The reason, for programs' }),
    connections: z.array(DeliveryConnection).meta({
      description: 'The oldest first, at most 100',
    }),
    inbox: z
      .object({
        step: z.int().meta({ description: 'The latest step in which the person was told' }),
        delivered_at: Moment,
        seen_at: Moment,
        read_at: Moment,
        acknowledged_at: Moment,
        snoozed_until: Moment,
        archived_at: Moment,
      })
      .nullable()
      .meta({ description: 'The notice in the inbox of the person; null for events that are no notices' }),
  })
  .meta({ id: 'EventDelivery' });
export type EventDelivery = z.infer<typeof EventDelivery>;
