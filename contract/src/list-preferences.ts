import { z } from 'zod';
import { AppointmentStatus } from './appointment.js';
import { EventTypeName } from './event.js';
import { LIST_NAMES, type ListName, MAX_SAVED_FILTERS } from './list-names.js';
import { PATIENT_ORDERS } from './lists.js';
import { Role } from './roles.js';
import { LogLevel } from './system.js';
import { line, Uuid, Version } from './text.js';
import { UserStatus } from './user.js';

/** What a person has chosen for the lists of the console: the same on every screen, and nobody else's. */

/** A record of the clinic setup, or a number that stands for a name without one. */
const RecordKey = z.union([Uuid, z.string().regex(/^~[0-9a-z]{1,7}$/)]);
const Sub = z.string().regex(/^\S{1,200}$/, 'must be the subject of a token');

/**
 * What a saved filter of each list may hold: ids, dates, and words of closed lists. A search is not among them, and neither is
 * a patient: a saved filter would keep the name of a patient after the patient has been erased, and shows it on any screen.
 */
const FILTERS = {
  schedule: z.strictObject({
    practitioner: RecordKey.optional(),
    room: RecordKey.optional(),
    type: RecordKey.optional(),
    status: z.enum([...AppointmentStatus.options, 'late']).optional(),
  }),
  patients: z.strictObject({
    sort: z.enum(PATIENT_ORDERS).optional(),
    order: z.enum(['asc', 'desc']).optional(),
    archived: z.literal('true').optional(),
  }),
  audit: z.strictObject({
    tenant: Uuid.optional(),
    person: Sub.optional(),
    action: z
      .string()
      .regex(/^[a-z_.]{1,100}$/, 'must be an action')
      .optional(),
    kind: z.enum(['changes', 'accesses', 'all']).optional(),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
  }),
  events: z.strictObject({ type: EventTypeName.optional() }),
  users: z.strictObject({
    role: Role.optional(),
    status: UserStatus.optional(),
    tenant: Uuid.optional(),
    sort: z.literal('last_sign_in').optional(),
    order: z.literal('desc').optional(),
  }),
  connections: z.strictObject({
    tenant: Uuid.optional(),
    minutes: z.enum(['15', '60', '1440']).optional(),
  }),
  tenants: z.strictObject({ sort: z.enum(['load', 'full', 'rejected', 'name']).optional() }),
  system_log: z.strictObject({ level: LogLevel.optional() }),
} as const;

const FilterName = line(1, 60);

const keysOf = (list: ListName): string => `\`${list}\`: ${Object.keys(FILTERS[list].shape).join(', ')}`;

export const SavedFilter = z.strictObject({
  name: FilterName.meta({ description: 'Only its person sees it; it should not name a patient' }),
  filter: z.record(z.string().max(40), z.string().max(200)).meta({
    description: `What each list takes: ${LIST_NAMES.map(keysOf).join('; ')}. No text of a search and no patient`,
  }),
});
export type SavedFilter = z.infer<typeof SavedFilter>;

const PREFERENCES = {
  list: z.enum(LIST_NAMES),
  filters: z.array(SavedFilter).max(MAX_SAVED_FILTERS).default([]),
  default_filter: FilterName.nullable()
    .default(null)
    .meta({ description: 'The name of the filter that the list opens with' }),
  hidden_columns: z
    .array(z.string().regex(/^[A-Za-z_]{1,40}$/, 'must be the id of a column'))
    .max(20)
    .default([]),
  practitioner: RecordKey.nullable()
    .default(null)
    .meta({ description: 'Of `schedule`: the practitioner whose day is *My day* of this person' }),
};

/** What a person has chosen for one list. */
export const ListPreferences = z.object({ ...PREFERENCES, version: Version }).meta({ id: 'ListPreferences' });
export type ListPreferences = z.infer<typeof ListPreferences>;

/** Body of `PUT /users/me/lists`. Replaces what was chosen for the list. */
export const ListPreferencesChange = z
  .strictObject({
    ...PREFERENCES,
    version: z.int().min(0).max(2_147_483_647).meta({
      description:
        'Of what the caller has seen; 0: nothing has been chosen yet. 412 when it is not the newest',
    }),
  })
  .superRefine(({ list, filters, default_filter, practitioner }, context) => {
    const names = new Set<string>();
    for (const [index, { name, filter }] of filters.entries()) {
      if (names.has(name)) {
        context.addIssue({ code: 'custom', path: ['filters', index, 'name'], message: 'is there twice' });
      }
      names.add(name);
      for (const issue of FILTERS[list].safeParse(filter).error?.issues ?? []) {
        const path = ['filters', index, 'filter', ...issue.path];
        context.addIssue({ code: 'custom', path, message: `is not for the list ${list}` });
      }
    }
    if (default_filter !== null && !names.has(default_filter)) {
      context.addIssue({ code: 'custom', path: ['default_filter'], message: 'must be one of the filters' });
    }
    if (practitioner !== null && list !== 'schedule') {
      context.addIssue({ code: 'custom', path: ['practitioner'], message: 'is for the schedule alone' });
    }
  });
export type ListPreferencesChange = z.infer<typeof ListPreferencesChange>;
