import type { SetupKind } from '@wardbell/contract';
import { raw, type Sql } from 'sql-template-tag';

/** A kind of record whose name appointments have as a text. */
export interface RecordKind {
  readonly kind: Extract<SetupKind, 'practitioner' | 'room' | 'appointment_type'>;
  readonly table: Sql;
  /** The column of its own, besides those that all kinds have. */
  readonly own: { readonly name: 'user_id' | 'duration_minutes'; readonly column: Sql } | null;
  /** Columns of an appointment with its name and its id. */
  readonly text: Sql;
  readonly id: Sql;
}

const own = (name: 'user_id' | 'duration_minutes') => ({ name, column: raw(name) });

export const PRACTITIONER: RecordKind = {
  kind: 'practitioner',
  table: raw('wardbell.practitioner'),
  own: own('user_id'),
  text: raw('practitioner'),
  id: raw('practitioner_id'),
};
export const ROOM: RecordKind = {
  kind: 'room',
  table: raw('wardbell.room'),
  own: null,
  text: raw('room'),
  id: raw('room_id'),
};
export const APPOINTMENT_TYPE: RecordKind = {
  kind: 'appointment_type',
  table: raw('wardbell.appointment_type'),
  own: own('duration_minutes'),
  text: raw('type'),
  id: raw('type_id'),
};
