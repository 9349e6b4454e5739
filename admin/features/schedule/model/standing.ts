import type { Appointment, AppointmentStatus } from '@wardbell/contract';
import { allowedMoves, RESCHEDULABLE } from '@wardbell/contract/appointment-status';
import { startMsOf } from './axis';
import { MINUTE_MS } from './clock';

/** How an appointment stands now, as the day shows it: its status, and whether somebody is overdue. */
export type Standing = AppointmentStatus | 'late';

export const standingOf = (appointment: Appointment, nowMs: number): Standing => {
  const { status } = appointment;
  const expected = status === 'booked' || status === 'pending';
  return expected && startMsOf(appointment) + MINUTE_MS <= nowMs ? 'late' : status;
};

/** These take no time of anybody. */
export const isOff = (status: AppointmentStatus): boolean =>
  status === 'cancelled' || status === 'entered-in-error';

export interface Counts {
  readonly booked: number;
  readonly late: number;
  /** All who have come today, whether they still wait or are done. */
  readonly arrived: number;
  readonly waiting: number;
}

/** What the front desk wants to know at a glance. */
export const countsOf = (rows: readonly Appointment[], nowMs: number): Counts => {
  const counts = { booked: 0, late: 0, arrived: 0, waiting: 0 };
  for (const row of rows) {
    const standing = standingOf(row, nowMs);
    if (standing === 'late') counts.late += 1;
    if (standing === 'late' || row.status === 'booked' || row.status === 'pending') counts.booked += 1;
    if (row.status === 'arrived') counts.waiting += 1;
    if (row.status === 'arrived' || row.status === 'checked-in' || row.status === 'fulfilled')
      counts.arrived += 1;
  }
  return counts;
};

/** What usually comes next: the one click on a block. */
const USUAL: Partial<Readonly<Record<AppointmentStatus, AppointmentStatus>>> = {
  pending: 'booked',
  booked: 'arrived',
  arrived: 'checked-in',
  'checked-in': 'fulfilled',
  noshow: 'arrived',
};
export const usualStep = (status: AppointmentStatus): AppointmentStatus | undefined => USUAL[status];

/** Keys on a block, by the status that they set. */
export const STATUS_KEYS = {
  a: 'arrived',
  c: 'checked-in',
  d: 'fulfilled',
  o: 'noshow',
  b: 'booked',
  x: 'cancelled',
} as const satisfies Readonly<Record<string, AppointmentStatus>>;

export const keyOf = (status: AppointmentStatus): string | undefined =>
  Object.entries(STATUS_KEYS).find(([, each]) => each === status)?.[0];

export const statusOfKey = (key: string): AppointmentStatus | undefined =>
  Object.entries(STATUS_KEYS).find(([each]) => each === key)?.[1];

/** Steps that a person can choose, the usual one first. A move to the same status is no step. */
export const stepsOf = (status: AppointmentStatus): readonly AppointmentStatus[] => {
  const usual = usualStep(status);
  const others = allowedMoves(status).filter((to) => to !== status && to !== usual);
  return usual === undefined ? others : [usual, ...others];
};

/** True while it can still be given another time. */
export const mayReschedule = (status: AppointmentStatus): boolean => RESCHEDULABLE.includes(status);

/** True while it can at least go to another column: nobody moves what is over. */
export const mayMove = (status: AppointmentStatus): boolean =>
  mayReschedule(status) || status === 'arrived' || status === 'checked-in';
