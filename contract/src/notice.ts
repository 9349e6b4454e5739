import { z } from 'zod';
import { NotificationLevel } from './audience.js';
import { DateOrTime, Page } from './paging.js';
import { TenantRole } from './roles.js';
import { line, prose, Seq, Timestamp, Uuid, Version } from './text.js';

/** Notices: what somebody told the people of a tenant, each person's inbox, acknowledgement and escalation. */

/** Longest time of a step, of a hold and of a snooze, in seconds. */
export const MAX_STEP_S = 86_400;
export const MAX_SNOOZE_DAYS = 30;
/** Seconds between two repeats of a notice that nobody has acknowledged. */
export const REPEAT_S = 300;
export const MAX_STEPS = 10;
export const MAX_POLICIES = 100;

const Seconds = z.int().min(1).max(MAX_STEP_S).meta({ description: 'Seconds' });

/** Who is told: in a step, who has the role is decided when the step begins. */
export const NoticeTarget = z.union([
  z.strictObject({ roles: z.array(TenantRole).min(1).max(3) }),
  z.strictObject({ user_ids: z.array(z.string().min(1).max(200)).min(1).max(1_000) }),
]);
export type NoticeTarget = z.infer<typeof NoticeTarget>;

const Step = z.strictObject({ to: NoticeTarget, within_s: Seconds });

/** `anyone`: one acknowledgement ends the escalation; `everyone`: all who were told must acknowledge. */
const AckMode = z.enum(['anyone', 'everyone']);

/** The audience of the notice is its first step, and `within_s` the time of that step. */
const ESCALATION = {
  within_s: Seconds,
  steps: z.array(Step).max(MAX_STEPS).default([]),
  mode: AckMode.default('anyone'),
  fallback: Step.optional().meta({
    description: 'The last step; unless given the tenant admins, with the time of the step before',
  }),
};
export const Escalation = z.strictObject(ESCALATION);
export type Escalation = z.infer<typeof Escalation>;

/** Link of a notice: a path of the console, or https. Never `javascript:` or another scheme. */
const NoticeLink = z
  .string()
  .max(2_000)
  .regex(/^(\/(?![/\\])|https:\/\/)[^\s\\]*$/, 'must be a path or an https URL');

/** Body of `POST /notifications`. Only super admins may set `tenant_id` (absent: all tenants). */
export const NotificationCreate = z.strictObject({
  message: prose(2_000).refine((value) => value.trim().length > 0, 'must not be empty'),
  level: NotificationLevel.default('info'),
  title: line(1, 200).optional(),
  link: NoticeLink.optional(),
  audience: NoticeTarget.optional().meta({ description: 'Absent: all people of the tenant' }),
  expires_at: Timestamp.optional().meta({
    description: 'From then on it is in no inbox and no count, and escalates no more',
  }),
  requires_ack: z.union([Escalation, z.strictObject({ policy: Uuid })]).optional(),
  test: z.boolean().default(false).meta({ description: 'A drill: runs like any other, marked as a test' }),
  tenant_id: Uuid.optional(),
});
export type NotificationCreate = z.infer<typeof NotificationCreate>;

const Created = z.object({
  id: Uuid,
  recipients: z.int().meta({ description: 'People who have it in their inbox' }),
});
/** A super admin to all tenants: one entry for each. */
export const NotificationCreated = z.union([
  Created,
  z.object({ data: z.array(Created.extend({ tenant_id: Uuid })) }),
]);

export const NoticeState = z.enum(['pending', 'acknowledged', 'resolved', 'unanswered', 'expired']);
export type NoticeState = z.infer<typeof NoticeState>;

const Moment = Timestamp.nullable();

const NOTICE = {
  id: Uuid,
  seq: Seq.meta({ description: 'Number of its first event in the log' }),
  title: z.string().nullable(),
  message: z.string(),
  level: NotificationLevel,
  link: z.string().nullable(),
  sent_at: Timestamp,
  sender: z.string().meta({ description: '`sub` of the sender, or `system`' }),
  expires_at: Moment,
  requires_ack: z.boolean(),
  test: z.boolean(),
  state: NoticeState,
  step: z.int().min(0).meta({ description: '0: the audience of the notice; the last one is the fallback' }),
};

/** A notice in the inbox of one person. */
export const InboxNotice = z
  .object({
    ...NOTICE,
    delivered_at: Moment.meta({ description: 'When a server first wrote it to a socket of this person' }),
    seen_at: Moment.meta({ description: 'When a client said that it was shown' }),
    read_at: Moment,
    acknowledged_at: Moment,
    held_until: Moment.meta({
      description:
        'Until when this person has taken it on; in the past: it was not resolved by then. Null: not taken on, or it is done',
    }),
    snoozed_until: Moment,
    archived_at: Moment,
    break_glass_id: Uuid.optional().meta({ description: 'The emergency access that needs a review' }),
    approval_id: Uuid.optional().meta({ description: 'The change that a tenant admin approves or rejects' }),
  })
  .meta({ id: 'InboxNotice' });
export type InboxNotice = z.infer<typeof InboxNotice>;

export const InboxQuery = z.object({
  ...Page,
  state: z.enum(['unread', 'all', 'archived']).default('all').meta({
    description: '`all`: not archived; `unread`: nor read or snoozed',
  }),
});

/** Counts of an inbox. Archived, snoozed and expired notices do not count. */
const COUNTS = { unread: z.int().min(0), unseen: z.int().min(0) };

/** A page of an inbox, newest first, with the counts and the position of the same snapshot. */
export const InboxPage = z.object({
  data: z.array(InboxNotice),
  next: z.string().nullable(),
  ...COUNTS,
  next_change_at: Moment.meta({
    description: 'When the counts change next without an event: a snooze ends or a notice expires',
  }),
  seq: Seq,
  epoch: Uuid,
});

/** Data of `inbox_changed`. `id` is absent when several notices changed. */
export const InboxChanged = z.object({
  id: Uuid.optional(),
  ...COUNTS,
  changed: z.enum(['seen', 'read', 'unread', 'archived', 'unarchived', 'snoozed', 'acknowledged']),
});
export type InboxChanged = z.infer<typeof InboxChanged>;

export const InboxUpTo = z.strictObject({ up_to_seq: Seq.meta({ description: 'Inclusive' }) });
export const Snooze = z.strictObject({
  until: Timestamp.nullable().meta({
    description: `At most ${MAX_SNOOZE_DAYS} days from now; null ends the snooze`,
  }),
});
export const Acknowledge = z.strictObject({
  note: prose(500).optional(),
  hold_s: Seconds.optional().meta({
    description: 'Unless it is resolved within this time, the escalation goes on',
  }),
});
export type Acknowledge = z.infer<typeof Acknowledge>;
export const Resolve = z.strictObject({ note: prose(500).optional() });

const NoticeCounts = {
  recipients: z.int(),
  delivered: z.int(),
  seen: z.int(),
  acknowledged: z.int(),
};

/** Data of `notification_progress`. */
export const NoticeProgressCounts = z.object({
  id: Uuid,
  state: NoticeState,
  step: z.int(),
  ...NoticeCounts,
});

/**
 * Data of `notification_state`: a notice was taken on, resolved, or waits again, for everybody who has it in the inbox.
 * That it was escalated is told by the `system_notification` of the step, and its expiry stands in `expires_at`.
 */
export const NoticeStateChanged = z.object({ id: Uuid, state: NoticeState, step: z.int().min(0) });
export type NoticeStateChanged = z.infer<typeof NoticeStateChanged>;

/** How far a notice has come, with each person. */
export const NoticeProgress = NoticeProgressCounts.extend({
  due_at: Moment.meta({ description: 'When the next step begins or the hold ends; null: nothing is due' }),
  people: z.array(
    z.object({
      user_id: z.string(),
      step: z.int().meta({ description: 'The latest step in which the person was told' }),
      delivered_at: Moment,
      seen_at: Moment,
      acknowledged_at: Moment,
      note: z.string().nullable(),
    }),
  ),
}).meta({ id: 'NoticeProgress' });
export type NoticeProgress = z.infer<typeof NoticeProgress>;

/** A notice as the sender and the tenant admins see it. */
export const SentNotice = z.object({ ...NOTICE, ...NoticeCounts, due_at: Moment }).meta({ id: 'SentNotice' });
export type SentNotice = z.infer<typeof SentNotice>;
export const SentQuery = z.object({ ...Page, state: NoticeState.optional() });

const QuietTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 22:00');
const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** What a person wants to hear. What needs an acknowledgement breaks through quiet hours. */
export const NotificationPreferences = z.strictObject({
  quiet_hours: z
    .strictObject({
      from: QuietTime,
      to: QuietTime,
      time_zone: line(1, 100).refine(isTimeZone, 'must be a time zone such as Europe/Berlin'),
    })
    .nullable()
    .default(null),
  sound: z.boolean().default(true),
  desktop: z.boolean().default(false),
});
export type NotificationPreferences = z.infer<typeof NotificationPreferences>;

export const PolicyCreate = z.strictObject({ name: line(1, 200), ...ESCALATION });
export type PolicyCreate = z.infer<typeof PolicyCreate>;
export const PolicyUpdate = PolicyCreate.extend({
  steps: z.array(Step).max(MAX_STEPS),
  mode: AckMode,
  fallback: Step.nullable(),
}).partial();
export type PolicyUpdate = z.infer<typeof PolicyUpdate>;

export const EscalationPolicy = z
  .object({
    id: Uuid,
    name: z.string(),
    within_s: Seconds,
    steps: z.array(Step),
    mode: AckMode,
    fallback: Step.nullable(),
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'EscalationPolicy' });
export type EscalationPolicy = z.infer<typeof EscalationPolicy>;

/** Who would be told now. */
export const PolicyPreview = z.strictObject({ audience: NoticeTarget.optional(), ...ESCALATION });
export type PolicyPreview = z.infer<typeof PolicyPreview>;
export const PolicyPreviewed = z.object({
  steps: z.array(
    z.object({
      step: z.int(),
      within_s: Seconds,
      people: z.array(z.object({ user_id: z.string(), name: z.string().nullable(), online: z.boolean() })),
    }),
  ),
});
export type PolicyPreviewed = z.infer<typeof PolicyPreviewed>;

const Percentiles = z.object({ p50: z.number().nullable(), p95: z.number().nullable() });
/** Drills do not count. Times are milliseconds from the sending, of people; null when nobody did. */
export const NoticeStats = z.object({
  sent: z.int(),
  acknowledged: z.int(),
  unanswered: z.int(),
  delivery_ms: Percentiles,
  seen_ms: Percentiles,
  acknowledge_ms: Percentiles,
});
export const StatsQuery = z.object({
  from: DateOrTime.optional().meta({ description: 'Inclusive; 7 days ago unless given' }),
  to: DateOrTime.optional().meta({ description: 'Exclusive; now unless given' }),
});
