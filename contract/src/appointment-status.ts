/** The state machine of appointments. Without schemas, so that a page can know it before zod is loaded. */

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

/** Only these may stand without a `datetime`. */
export const UNSCHEDULED: readonly Status[] = ['proposed', 'waitlist'];
/** These may still be given another `datetime`; what has happened stays when it was. */
export const RESCHEDULABLE: readonly Status[] = ['proposed', 'waitlist', 'pending', 'booked'];

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

/** Statuses that may follow `from`; everything may become `entered-in-error`. */
export const allowedMoves = (from: Status): readonly Status[] =>
  from === 'entered-in-error' ? [] : [...MOVES[from], 'entered-in-error'];

/** True when the state machine lets an appointment go from one status to the other. */
export const isAllowedMove = (from: Status, to: Status): boolean => allowedMoves(from).includes(to);
