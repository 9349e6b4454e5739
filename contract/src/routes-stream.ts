import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { EventFrame, NotificationCreate } from './event.js';
import {
  AuditQuery,
  AuditRow,
  AuditVerification,
  ConnectionRow,
  EventQuery,
  page,
  TenantScopedQuery,
} from './lists.js';
import { ADMINS, EVERYONE } from './roles.js';
import { PollAnswer, StreamQuery, TicketAnswer } from './stream.js';
import { SystemState } from './system.js';
import { Uuid } from './text.js';

/** Routes for the event log, notifications, sockets, the audit log and the state of the system. */

export const events = {
  list: endpoint({
    method: 'GET',
    path: '/events',
    tag: 'events',
    summary: "The tenant's log of events, oldest first; with `before`, newest first",
    access: ['tenant_admin'],
    query: EventQuery,
    status: 200,
    answer: page(EventFrame),
    problems: ['events_expired'],
  }),
} as const;

export const stream = {
  open: endpoint({
    method: 'GET',
    path: '/stream',
    tag: 'stream',
    summary:
      'Events as they happen, without a WebSocket: server-sent events with `Accept: text/event-stream`, else a long poll',
    access: EVERYONE,
    ticket: true,
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

export const notifications = {
  create: endpoint({
    method: 'POST',
    path: '/notifications',
    tag: 'notifications',
    summary: 'Send a system_notification to the tenant (super admin: to one or all)',
    access: ADMINS,
    body: NotificationCreate,
    status: 202,
    answer: z.object({ tenants: z.int() }),
    idempotent: true,
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
  }),
  verify: endpoint({
    method: 'GET',
    path: '/audit/verify',
    tag: 'audit',
    summary: 'Check the hash chain of the audit log',
    access: ADMINS,
    query: z.object({ tenant_id: Uuid.optional() }),
    status: 200,
    answer: AuditVerification,
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
} as const;
