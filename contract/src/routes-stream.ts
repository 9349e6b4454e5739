import { z } from 'zod';
import {
  AuditExportQuery,
  AuditKey,
  AuditNews,
  AuditNewsQuery,
  AuditQuery,
  AuditRow,
  AuditVerification,
  FhirAuditEvent,
} from './audit.js';
import { DeliveryQuery, EventDelivery } from './delivery.js';
import { endpoint } from './endpoint.js';
import { LoggedEvent } from './event.js';
import {
  ConnectionRow,
  EventQuery,
  PageQuery,
  PresenceRow,
  page,
  SystemLogQuery,
  TenantScopedQuery,
} from './lists.js';
import {
  CloudEvent,
  CloudEventBatch,
  EventBatchPublish,
  EventPublish,
  EventTypePut,
  EventTypeRow,
  MAX_PUBLISH_BYTES,
  PublishAnswer,
} from './publishing.js';
import { ADMINS, CARE_TEAM, EVERYONE } from './roles.js';
import { PollAnswer, StreamQuery, TicketAnswer } from './stream.js';
import { SystemHistory, SystemHistoryQuery, SystemLogRow, SystemState } from './system.js';
import { Uuid } from './text.js';

/** Routes for the event log, sockets, the audit log and the state of the system. */

export const events = {
  list: endpoint({
    method: 'GET',
    path: '/events',
    tag: 'events',
    summary: "The tenant's log of events, oldest first; with `before`, newest first",
    access: ['tenant_admin'],
    query: EventQuery,
    status: 200,
    answer: page(LoggedEvent),
    audited: 'events.read',
    problems: ['events_expired'],
  }),
  delivery: endpoint({
    method: 'GET',
    path: '/events/:id/delivery',
    tag: 'events',
    summary: 'What became of an event for one person: where it was written and when, or why it was not',
    access: ['tenant_admin'],
    query: DeliveryQuery,
    status: 200,
    answer: EventDelivery,
  }),
  publish: endpoint({
    method: 'POST',
    path: '/events',
    tag: 'events',
    summary: 'Publish application-defined events: one, or up to 500, all or none; also CloudEvents 1.0',
    access: ['tenant_admin', 'events:write'],
    body: z.union([EventPublish, EventBatchPublish]),
    raw: {
      maxBytes: MAX_PUBLISH_BYTES,
      bodies: {
        'application/cloudevents+json': CloudEvent,
        'application/cloudevents-batch+json': CloudEventBatch,
      },
    },
    status: 201,
    repeatedStatus: 200,
    answer: PublishAnswer,
    idempotent: true,
    problems: ['reserved_type', 'schema_violation'],
  }),
} as const;

export const eventTypes = {
  list: endpoint({
    method: 'GET',
    path: '/event-types',
    tag: 'event types',
    summary: 'The types of events that the tenant has described, by name',
    access: ['tenant_admin'],
    query: PageQuery,
    status: 200,
    answer: page(EventTypeRow),
  }),
  get: endpoint({
    method: 'GET',
    path: '/event-types/:type',
    tag: 'event types',
    summary: 'One described type',
    access: ['tenant_admin'],
    status: 200,
    answer: EventTypeRow,
    versioned: true,
    problems: ['not_found'],
  }),
  put: endpoint({
    method: 'PUT',
    path: '/event-types/:type',
    tag: 'event types',
    summary: 'Describe a type, and give the JSON Schema that its data must meet',
    access: ['tenant_admin'],
    body: EventTypePut,
    status: 200,
    answer: EventTypeRow,
    versioned: true,
    problems: ['reserved_type', 'too_many_objects'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/event-types/:type',
    tag: 'event types',
    summary: 'Forget the description of a type: its data may be anything again',
    access: ['tenant_admin'],
    status: 204,
    problems: ['not_found'],
  }),
} as const;

export const stream = {
  open: endpoint({
    method: 'GET',
    path: '/stream',
    tag: 'stream',
    summary:
      'Events as they happen, without a WebSocket: server-sent events with `Accept: text/event-stream`, else a long poll',
    access: [...EVERYONE, 'stream:read'],
    ownCredential: true,
    query: StreamQuery,
    status: 200,
    answer: PollAnswer,
    streams: 'text/event-stream',
    problems: ['not_acceptable', 'resync_required', 'topic_not_allowed', 'too_many_attempts'],
  }),
  ticket: endpoint({
    method: 'POST',
    path: '/stream/tickets',
    tag: 'stream',
    summary: 'A ticket that opens `/stream` once, for EventSource, which sends no headers',
    access: EVERYONE,
    status: 201,
    answer: TicketAnswer,
    problems: ['too_many_attempts'],
  }),
} as const;

export const connections = {
  list: endpoint({
    method: 'GET',
    path: '/connections',
    tag: 'connections',
    summary: 'Open sockets on all instances',
    access: ADMINS,
    query: TenantScopedQuery,
    status: 200,
    answer: page(ConnectionRow),
  }),
  get: endpoint({
    method: 'GET',
    path: '/connections/:id',
    tag: 'connections',
    summary: 'One open socket',
    access: ADMINS,
    status: 200,
    answer: ConnectionRow,
  }),
  close: endpoint({
    method: 'DELETE',
    path: '/connections/:id',
    tag: 'connections',
    summary: 'Close a socket of any instance (4409)',
    access: ADMINS,
    status: 204,
  }),
} as const;

export const presence = {
  list: endpoint({
    method: 'GET',
    path: '/presence',
    tag: 'presence',
    summary: 'The users of the tenant that are online, and those that went offline within a day',
    access: [...CARE_TEAM, 'stream:read'],
    status: 200,
    answer: z.object({ data: z.array(PresenceRow) }),
  }),
} as const;

export const audit = {
  list: endpoint({
    method: 'GET',
    path: '/audit',
    tag: 'audit',
    summary: 'The audit log, newest first',
    access: ADMINS,
    query: AuditQuery,
    status: 200,
    answer: page(AuditRow),
    audited: 'audit.read',
  }),
  news: endpoint({
    method: 'GET',
    path: '/audit/news',
    tag: 'audit',
    summary: 'How many rows came after one, for a screen that shows the log. Leaves no row itself',
    access: ADMINS,
    query: AuditNewsQuery,
    status: 200,
    answer: AuditNews,
  }),
  verify: endpoint({
    method: 'GET',
    path: '/audit/verify',
    tag: 'audit',
    summary: 'Check the hash chain of the audit log, and compare it with its signed heads',
    access: ADMINS,
    query: z.object({ tenant_id: Uuid.optional() }),
    status: 200,
    answer: AuditVerification,
    audited: 'audit.read',
  }),
  export: endpoint({
    method: 'GET',
    path: '/audit/export',
    tag: 'audit',
    summary:
      'The audit log of a time, the oldest first, one row a line; with `format=fhir` as FHIR AuditEvents, with `format=csv` for spreadsheets',
    access: ADMINS,
    query: AuditExportQuery,
    status: 200,
    lines: { 'application/x-ndjson': AuditRow, 'application/fhir+ndjson': FhirAuditEvent },
    csv: true,
    problems: ['invalid_range', 'busy'],
  }),
  keys: endpoint({
    method: 'GET',
    path: '/audit/keys',
    tag: 'audit',
    summary: 'The public keys that sign heads of the audit log (JWK Set)',
    access: ADMINS,
    status: 200,
    answer: z.object({ keys: z.array(AuditKey) }),
  }),
} as const;

export const system = {
  get: endpoint({
    method: 'GET',
    path: '/system',
    tag: 'system',
    summary: 'State of the installation: its instances and its database',
    access: ['super_admin'],
    status: 200,
    answer: SystemState,
  }),
  history: endpoint({
    method: 'GET',
    path: '/system/history',
    tag: 'system',
    summary: 'Connections, messages and delay of the installation in the last hours or days',
    access: ['super_admin'],
    query: SystemHistoryQuery,
    status: 200,
    answer: SystemHistory,
  }),
  log: endpoint({
    method: 'GET',
    path: '/system/log',
    tag: 'system',
    summary: 'The last 10,000 log lines of all instances, newest first',
    access: ['super_admin'],
    query: SystemLogQuery,
    status: 200,
    answer: page(SystemLogRow),
  }),
} as const;
