/** The state machine of appointments. Contains no schemas, so that pages can use it without loading zod. */

/** HL7 FHIR AppointmentStatus (R5). */
export const APPOINTMENT_STATUSES = [
  'proposed',
  'pending',
  'booked',
  'arrived',
  'checked-in',
  'fulfilled',
  'cancelled',
  'noshow',
  'entered-in-error',
  'waitlist',
] as const;
type Status = (typeof APPOINTMENT_STATUSES)[number];

/** Statuses that do not require a `datetime`. */
export const UNSCHEDULED: readonly Status[] = ['proposed', 'waitlist'];
/** Statuses whose `datetime` may change. An appointment that has begun or ended keeps its time. */
export const RESCHEDULABLE: readonly Status[] = ['proposed', 'waitlist', 'pending', 'booked'];

/** Statuses that take the time of practitioner, room and patient. */
export const TAKES_TIME: ReadonlySet<Status> = new Set(['pending', 'booked', 'arrived', 'checked-in']);

const MOVES: Readonly<Record<Status, readonly Status[]>> = {
  proposed: ['pending', 'booked', 'cancelled'],
  waitlist: ['pending', 'booked', 'cancelled'],
  pending: ['booked', 'cancelled'],
  booked: ['booked', 'arrived', 'checked-in', 'noshow', 'cancelled'],
  arrived: ['checked-in', 'fulfilled', 'cancelled'],
  'checked-in': ['fulfilled', 'cancelled'],
  noshow: ['booked', 'arrived'],
  fulfilled: [],
  cancelled: [],
  'entered-in-error': [],
};

/** Statuses that may follow `from`. Every status may change to `entered-in-error`. */
export const allowedMoves = (from: Status): readonly Status[] =>
  from === 'entered-in-error' ? [] : [...MOVES[from], 'entered-in-error'];

/** True when the state machine permits the transition. */
export const isAllowedMove = (from: Status, to: Status): boolean => allowedMoves(from).includes(to);
