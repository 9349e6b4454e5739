import type { z } from 'zod';
import {
  Absence,
  AbsenceCreate,
  AbsenceUpdate,
  AppointmentType,
  AppointmentTypeCreate,
  AppointmentTypeUpdate,
  ClinicSettings,
  ClinicSettingsUpdate,
  FirstSteps,
  OfficeHours,
  OfficeHoursPut,
  Practitioner,
  PractitionerCreate,
  PractitionerUpdate,
  Room,
  RoomCreate,
  RoomUpdate,
} from './clinic-setup.js';
import { endpoint } from './endpoint.js';
import { PageQuery, page } from './lists.js';
import { CARE_TEAM } from './roles.js';

/** Routes of what a clinic books with. All staff read it; tenant admins write it. */

const READERS = [...CARE_TEAM, 'appointments:read'] as const;
const tag = 'clinic setup';

/** The routes of one kind of record. */
const records = <
  const Path extends string,
  Row extends z.ZodType,
  Create extends z.ZodType,
  Update extends z.ZodType,
>(
  path: Path,
  [one, many]: readonly [string, string],
  { row, create, update }: { row: Row; create: Create; update: Update },
) => ({
  list: endpoint({
    method: 'GET',
    path,
    tag,
    summary: `The ${many} of the clinic`,
    access: READERS,
    query: PageQuery,
    status: 200,
    answer: page(row),
  }),
  get: endpoint({
    method: 'GET',
    path: `${path}/:id`,
    tag,
    summary: `One ${one}`,
    access: READERS,
    status: 200,
    answer: row,
    versioned: true,
  }),
  create: endpoint({
    method: 'POST',
    path,
    tag,
    summary: `Add a ${one}`,
    access: ['tenant_admin'],
    body: create,
    status: 201,
    answer: row,
    versioned: true,
    idempotent: true,
    problems: ['name_taken', 'too_many_objects'],
  }),
  update: endpoint({
    method: 'PATCH',
    path: `${path}/:id`,
    tag,
    summary: `Change a ${one}; a new name is also the text of its upcoming appointments`,
    access: ['tenant_admin'],
    body: update,
    status: 200,
    answer: row,
    versioned: true,
    problems: ['name_taken', 'too_many_objects', 'conflict'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: `${path}/:id`,
    tag,
    summary: `Delete a ${one} that no appointment has; set \`active\` to false otherwise`,
    access: ['tenant_admin'],
    status: 204,
    versioned: true,
    problems: ['record_in_use'],
  }),
});

export const practitioners = records('/practitioners', ['practitioner', 'practitioners'], {
  row: Practitioner,
  create: PractitionerCreate,
  update: PractitionerUpdate,
});
export const rooms = records('/rooms', ['room', 'rooms'], {
  row: Room,
  create: RoomCreate,
  update: RoomUpdate,
});
export const appointmentTypes = records(
  '/appointment-types',
  ['type of appointments', 'types of appointments'],
  { row: AppointmentType, create: AppointmentTypeCreate, update: AppointmentTypeUpdate },
);

export const absences = {
  list: endpoint({
    method: 'GET',
    path: '/absences',
    tag,
    summary: 'Absences that have not ended, by their beginning',
    access: READERS,
    query: PageQuery,
    status: 200,
    answer: page(Absence),
  }),
  get: endpoint({
    method: 'GET',
    path: '/absences/:id',
    tag,
    summary: 'One absence',
    access: READERS,
    status: 200,
    answer: Absence,
    versioned: true,
  }),
  create: endpoint({
    method: 'POST',
    path: '/absences',
    tag,
    summary: 'Add an absence of a practitioner or of the whole clinic',
    access: ['tenant_admin'],
    body: AbsenceCreate,
    status: 201,
    answer: Absence,
    versioned: true,
    idempotent: true,
    problems: ['too_many_objects'],
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/absences/:id',
    tag,
    summary: 'Change an absence',
    access: ['tenant_admin'],
    body: AbsenceUpdate,
    status: 200,
    answer: Absence,
    versioned: true,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/absences/:id',
    tag,
    summary: 'Delete an absence',
    access: ['tenant_admin'],
    status: 204,
    versioned: true,
  }),
} as const;

export const officeHours = {
  get: endpoint({
    method: 'GET',
    path: '/office-hours',
    tag,
    summary: 'Office hours of the clinic and of its practitioners',
    access: READERS,
    status: 200,
    answer: OfficeHours,
    versioned: true,
  }),
  put: endpoint({
    method: 'PUT',
    path: '/office-hours',
    tag,
    summary: 'Set the office hours of the whole week',
    access: ['tenant_admin'],
    body: OfficeHoursPut,
    status: 200,
    answer: OfficeHours,
    versioned: true,
  }),
} as const;

export const clinicSettings = {
  get: endpoint({
    method: 'GET',
    path: '/clinic-settings',
    tag,
    summary: 'The rules of the clinic for bookings',
    access: READERS,
    status: 200,
    answer: ClinicSettings,
    versioned: true,
  }),
  update: endpoint({
    method: 'PATCH',
    path: '/clinic-settings',
    tag,
    summary: 'Allow or forbid double bookings; refused while upcoming appointments overlap',
    access: ['tenant_admin'],
    body: ClinicSettingsUpdate,
    status: 200,
    answer: ClinicSettings,
    versioned: true,
    problems: ['overlapping_appointments'],
  }),
} as const;

export const firstSteps = {
  get: endpoint({
    method: 'GET',
    path: '/first-steps',
    tag,
    summary: 'What a new clinic has already: people, practitioners, rooms, patients',
    access: ['tenant_admin'],
    status: 200,
    answer: FirstSteps,
  }),
} as const;
