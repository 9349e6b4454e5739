import { z } from 'zod';
import { Audience } from './audience.js';
import { EventTypeName } from './event.js';
import { Seq, Timestamp, Uuid, Version } from './text.js';

/** Bounds of `POST /events`. */
export const MAX_EVENTS_PER_REQUEST = 500;
/** Of one event's `data`, as it was sent. Bytes of UTF-8. */
export const MAX_EVENT_DATA_BYTES = 64 * 1024;
/** Of a request: 500 events of 2 KiB, or 15 of the largest. */
export const MAX_PUBLISH_BYTES = 1024 * 1024;

const JsonObject = z.record(z.string(), z.unknown());

/** An application-defined event. */
export const EventPublish = z
  .strictObject({ type: EventTypeName, data: JsonObject, audience: Audience.optional() })
  .meta({ id: 'EventPublish' });
/** Several, all or none. */
export const EventBatchPublish = z
  .strictObject({ events: z.array(EventPublish).min(1).max(MAX_EVENTS_PER_REQUEST) })
  .meta({ id: 'EventBatchPublish' });

const NoControls = z
  .string()
  .min(1)
  .max(1_000)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it must find
  .refine((value) => !/[\u0000-\u001f\u007f-\u009f]/.test(value), 'must not contain control characters')
  .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');

/**
 * Context attributes of a CloudEvent 1.0 as we take them; an extension has another name. `data` and what is said of its
 * form are looked at apart.
 */
export const CloudEventAttributes = z
  .object({
    specversion: z.literal('1.0'),
    id: NoControls,
    source: NoControls,
    type: EventTypeName,
    subject: NoControls.optional(),
    time: Timestamp.optional(),
    datacontenttype: NoControls.optional(),
    dataschema: NoControls.optional(),
    audienceusers: NoControls.optional().meta({ description: 'Ids of users, separated by commas' }),
    audienceroles: NoControls.optional().meta({ description: 'Roles, separated by commas' }),
  })
  .catchall(z.union([NoControls, z.int(), z.boolean()]));
export type CloudEventAttributes = z.infer<typeof CloudEventAttributes>;

/** A CloudEvent 1.0 in structured mode. */
export const CloudEvent = CloudEventAttributes.extend({ data: JsonObject }).meta({ id: 'CloudEvent' });
export const CloudEventBatch = z
  .array(CloudEvent)
  .min(1)
  .max(MAX_EVENTS_PER_REQUEST)
  .meta({ id: 'CloudEventBatch' });

/** An event that was published. */
export const PublishedEvent = z
  .object({ id: Uuid, seq: Seq, type: EventTypeName, timestamp: Timestamp })
  .meta({ id: 'PublishedEvent' });
export type PublishedEvent = z.infer<typeof PublishedEvent>;
export const PublishAnswer = z.union([PublishedEvent, z.object({ data: z.array(PublishedEvent) })]);

/** A schema may be as long as this. Bytes of UTF-8. */
export const MAX_SCHEMA_BYTES = 32 * 1024;
/** Described types of one tenant. */
export const MAX_EVENT_TYPES = 1_000;

/** Body of `PUT /event-types/{type}`. */
export const EventTypePut = z.strictObject({
  description: z.string().max(1_000).optional(),
  schema: z
    .union([z.boolean(), JsonObject])
    .nullable()
    .optional()
    .meta({ description: 'JSON Schema 2020-12 that `data` must meet' }),
});
export type EventTypePut = z.infer<typeof EventTypePut>;

/** An application-defined event type that a tenant has described. */
export const EventTypeRow = z
  .object({
    type: EventTypeName,
    description: z.string().nullable(),
    schema: z.unknown().meta({ description: 'null: any data' }),
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'EventType' });
export type EventTypeRow = z.infer<typeof EventTypeRow>;
