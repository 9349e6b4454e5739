import type { Appointment } from '@wardbell/contract';

const MADE_AT = '2026-01-01T00:00:00.000Z';

/** A booked appointment as the API answers it; a test names the fields that it is about. */
export const sampleAppointment = (more: Partial<Appointment> = {}): Appointment => ({
  id: 'a',
  tenant_id: 't',
  patient_id: 'p',
  datetime: '2026-01-15T09:00:00.000Z',
  duration_minutes: 30,
  type: 'Check-up',
  status: 'booked',
  practitioner: 'Dr. Berg',
  room: null,
  practitioner_id: null,
  room_id: null,
  type_id: null,
  cancellation_reason: null,
  version: 1,
  created_at: MADE_AT,
  updated_at: MADE_AT,
  ...more,
});
