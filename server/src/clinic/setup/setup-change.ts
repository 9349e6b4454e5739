import type { SetupKind } from '@wardbell/contract';
import type { AuditDetails, NewAudit } from '../../database/log-event.js';
import type { Tx } from '../../database/tx.js';

/** Written out, so that a search for an action finds where it is made. */
const AUDITS = {
  practitioner: {
    create: { action: 'practitioner.create', objectType: 'practitioner' },
    update: { action: 'practitioner.update', objectType: 'practitioner' },
    delete: { action: 'practitioner.delete', objectType: 'practitioner' },
  },
  room: {
    create: { action: 'room.create', objectType: 'room' },
    update: { action: 'room.update', objectType: 'room' },
    delete: { action: 'room.delete', objectType: 'room' },
  },
  appointment_type: {
    create: { action: 'appointment_type.create', objectType: 'appointment_type' },
    update: { action: 'appointment_type.update', objectType: 'appointment_type' },
    delete: { action: 'appointment_type.delete', objectType: 'appointment_type' },
  },
  absence: {
    create: { action: 'absence.create', objectType: 'absence' },
    update: { action: 'absence.update', objectType: 'absence' },
    delete: { action: 'absence.delete', objectType: 'absence' },
  },
  office_hours: { update: { action: 'office_hours.update', objectType: 'office_hours' } },
  settings: { update: { action: 'settings.update', objectType: 'settings' } },
} as const satisfies Record<SetupKind, Readonly<Record<string, NewAudit>>>;

interface Noted {
  /** Absent for office hours and settings. */
  readonly id?: string;
  readonly changed?: readonly string[];
  readonly details?: AuditDetails;
}

/** Emits and audits a change of what the clinic books with. */
export function noteSetupChange<Kind extends SetupKind>(
  tx: Tx,
  kind: Kind,
  verb: keyof (typeof AUDITS)[Kind],
  { id, changed = [], details }: Noted = {},
): void {
  tx.emit({ type: 'clinic_setup_changed', data: id === undefined ? { kind } : { kind, id } });
  const audits: Readonly<Record<SetupKind, Readonly<Record<PropertyKey, NewAudit>>>> = AUDITS;
  const audit = audits[kind][verb];
  if (!audit) throw new TypeError('an audit row needs an action');
  tx.audit({ ...audit, ...(id === undefined ? {} : { objectId: id }), changed, ...(details && { details }) });
}
