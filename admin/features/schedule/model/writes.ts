import type { Appointment, AppointmentStatus, Conflict } from '@wardbell/contract';
import { ANSWER_MS, type Api } from '../../../shared/api/api';
import { randomId } from '../../../shared/api/random-id';

/** What a drag, a key or a click changes. */
export type Placement = Partial<Pick<Appointment, 'datetime' | 'practitioner' | 'room'>>;
export type Write =
  | { readonly kind: 'place'; readonly placement: Placement; readonly status?: AppointmentStatus }
  | { readonly kind: 'status'; readonly status: AppointmentStatus; readonly reason?: string }
  | Undo;

/** Puts back what a write has changed, if nobody has changed the appointment since. */
export interface Undo {
  readonly kind: 'undo';
  readonly before: Partial<
    Pick<
      Appointment,
      | 'datetime'
      | 'duration_minutes'
      | 'type'
      | 'practitioner'
      | 'room'
      | 'reason'
      | 'status'
      | 'cancellation_reason'
    >
  >;
  /** The version that the undone write made. */
  readonly version: Promise<number>;
}

/** What undoes a write; null of one that is final. */
export const undoBodyOf = (before: Appointment, write: Write): Undo['before'] | null => {
  if (write.kind === 'undo' || write.status === 'entered-in-error') return null;
  const placed = write.kind === 'place' ? write.placement : {};
  return {
    ...(placed.datetime === undefined ? {} : { datetime: before.datetime }),
    ...(placed.practitioner === undefined ? {} : { practitioner: before.practitioner }),
    ...(placed.room === undefined ? {} : { room: before.room }),
    ...(write.status === undefined
      ? {}
      : { status: before.status, cancellation_reason: before.cancellation_reason }),
  };
};

const SAVED_FIELDS = [
  'datetime',
  'duration_minutes',
  'type',
  'practitioner',
  'room',
  'reason',
  'status',
] as const;

/** What undoes a save of the form; null when a colleague's changes are in it, or when it is neither a move nor a step. */
export const undoBodyOfSave = (before: Appointment, after: Appointment): Undo['before'] | null => {
  const changed = SAVED_FIELDS.filter((field) => (before[field] ?? null) !== (after[field] ?? null));
  const isMove = changed.some((field) => ['datetime', 'practitioner', 'room', 'status'].includes(field));
  if (after.version !== before.version + 1 || !isMove) return null;
  return Object.fromEntries(changed.map((field) => [field, before[field] ?? null]));
};

/** A row as the server answers a write; of a move with what it overlaps. */
export type Written = Appointment & { readonly conflicts?: readonly Conflict[] };

interface Waiting {
  readonly write: Write;
  readonly answered: Promise<Written>;
  readonly resolve: (answer: Written) => void;
  readonly reject: (error: unknown) => void;
}

const waitingOf = (write: Write): Waiting => {
  let resolve: Waiting['resolve'] = () => undefined;
  let reject: Waiting['reject'] = () => undefined;
  const answered = new Promise<Written>((...settle) => {
    [resolve, reject] = settle;
  });
  // `refused` tells of it; who waits for the answer may want to know, too.
  answered.catch(() => undefined);
  return { write, answered, resolve, reject };
};

interface Underway {
  /** The newest row that the server has answered with, or that the first write began at. */
  base: Appointment;
  /** Not sent yet; the first of them may be. */
  waiting: Waiting[];
  running: boolean;
}

/** Has the server do it, and answers the row as it is then. */
export type Send = (base: Appointment, write: Write) => Promise<Written>;
/** Told why a write was refused; `appointment` is the row that it was meant for. */
export type Refused = (error: unknown, appointment: Appointment, write: Write) => void;

/** Sends writes through the API. */
export const sendThrough =
  (api: Api): Send =>
  async ({ id, version }, write) => {
    const at = { params: { id }, answerWithinMs: ANSWER_MS };
    if (write.kind === 'undo') {
      const ifMatch = await write.version;
      return api.call('PATCH', '/appointments/:id', { ...at, body: write.before, ifMatch });
    }
    if (write.kind === 'place') {
      const body = { ...write.placement, ...(write.status === undefined ? {} : { status: write.status }) };
      return api.call('PATCH', '/appointments/:id', { ...at, body, ifMatch: version });
    }
    // No version: the state machine itself says whether the step still makes sense after a colleague's change.
    const body = { status: write.status, ...(write.reason === undefined ? {} : { reason: write.reason }) };
    const idempotencyKey = randomId();
    return api.call('POST', '/appointments/:id/status', { ...at, body, idempotencyKey });
  };

const changesOf = (write: Write): Partial<Appointment> =>
  write.kind === 'undo'
    ? write.before
    : write.kind === 'status'
      ? { status: write.status, ...(write.reason === undefined ? {} : { cancellation_reason: write.reason }) }
      : { ...write.placement, ...(write.status === undefined ? {} : { status: write.status }) };

/**
 * Writes that are shown before the server has answered. Of one appointment they are sent one after the other,
 * each against the version that the one before made; moves that wait become one. When one is refused, what
 * waits behind it is dropped with it, and the row is shown as the database has it.
 */
export class AppointmentWrites {
  readonly #underway = new Map<string, Underway>();
  readonly #listeners = new Set<() => void>();
  readonly #send: Send;
  readonly #refused: Refused;
  #revision = 0;

  constructor(send: Send, refused: Refused) {
    this.#send = send;
    this.#refused = refused;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  /** Another number whenever `shown` may answer something else. */
  readonly revision = (): number => this.#revision;

  /** The row with what was done to it here. */
  shown(row: Appointment): Appointment {
    const underway = this.#underway.get(row.id);
    if (!underway) return row;
    const base = underway.base.version > row.version ? underway.base : row;
    return Object.assign({}, base, ...underway.waiting.map(({ write }) => changesOf(write)));
  }

  /**
   * Shows the write at once and sends it. `appointment` is the row as it is shown. The answer rejects when the write was
   * refused, or dropped behind one that was.
   */
  write(appointment: Appointment, write: Write): Promise<Written> {
    const underway = this.#underway.get(appointment.id) ?? { base: appointment, waiting: [], running: false };
    if (!underway.running && appointment.version > underway.base.version) underway.base = appointment;
    const last = underway.waiting.at(-1);
    const isSent = underway.running && underway.waiting.length === 1;
    let waiting: Waiting;
    if (last?.write.kind === 'place' && write.kind === 'place' && !isSent) {
      const placement = { ...last.write.placement, ...write.placement };
      waiting = { ...last, write: { ...last.write, ...write, placement } };
      underway.waiting[underway.waiting.length - 1] = waiting;
    } else {
      waiting = waitingOf(write);
      underway.waiting.push(waiting);
    }
    this.#underway.set(appointment.id, underway);
    this.#notify();
    if (!underway.running) void this.#sendAll(appointment.id, underway);
    return waiting.answered;
  }

  /** Forgets answers that the stream has brought meanwhile. */
  settle(rows: readonly Appointment[]): void {
    for (const row of rows) {
      const underway = this.#underway.get(row.id);
      if (underway && !underway.running && underway.base.version <= row.version)
        this.#underway.delete(row.id);
    }
  }

  async #sendAll(id: string, underway: Underway): Promise<void> {
    underway.running = true;
    for (let next = underway.waiting[0]; next; next = underway.waiting[0]) {
      try {
        const { conflicts, ...row } = await this.#send(underway.base, next.write);
        underway.base = row;
        underway.waiting.shift();
        next.resolve(conflicts === undefined ? row : { ...row, conflicts });
        this.#notify();
      } catch (error) {
        this.#underway.delete(id);
        this.#notify();
        this.#refused(error, underway.base, next.write);
        for (const { reject } of underway.waiting) reject(error);
        return;
      }
    }
    underway.running = false;
  }

  #notify(): void {
    this.#revision += 1;
    for (const listener of this.#listeners) listener();
  }
}
