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

/** How long after a step it can be undone. */
export const UNDO_STEP_MINUTES = 15;

/** The status of an appointment, and its last step while that can be undone. */
export interface LastStep {
  readonly status: Status;
  /** What the status was before. */
  readonly previous_status?: Status | undefined;
  /** The last moment at which the step can be undone. */
  readonly undo_until?: string | undefined;
}

/** The step back on the usual way through a visit, which is open also to an appointment that has left out a status. */
const ONE_BACK: Readonly<Partial<Record<Status, Status>>> = {
  arrived: 'booked',
  'checked-in': 'arrived',
  fulfilled: 'checked-in',
};

/**
 * Statuses that an appointment may go back to at this moment, to undo a slip: what it was before its last step, first, and one
 * back on the usual way. None from `entered-in-error`.
 */
export const movesBack = (
  { status, previous_status, undo_until }: LastStep,
  nowMs: number,
): readonly Status[] => {
  if (status === 'entered-in-error' || previous_status === undefined || undo_until === undefined) return [];
  if (nowMs > Date.parse(undo_until)) return [];
  const back = ONE_BACK[status];
  return back === undefined || back === previous_status ? [previous_status] : [previous_status, back];
};

/** True when the state machine permits the transition at any time. A step back depends on the time: `movesBack`. */
export const isAllowedMove = (from: Status, to: Status): boolean => allowedMoves(from).includes(to);
