import { appointmentChanges } from '@wardbell/client';
import { useLiveQuery } from '@wardbell/client/react';
import type { Appointment } from '@wardbell/contract';
import { useApi } from '../../../shared/session/context';
import { byTime } from '../model/appointment-order';

/** As many as the API gives at once; a patient with more has a history of years. */
const LIMIT = 200;

export interface PatientAppointments {
  /** Undefined while they are being loaded. */
  readonly rows: readonly Appointment[] | undefined;
  readonly failed: boolean;
  /** With so many there may be more. */
  readonly limit: number;
  readonly retry: () => void;
}

/** A patient's appointments, live. */
export const usePatientAppointments = (patientId: string): PatientAppointments => {
  const api = useApi();
  const query = useLiveQuery({
    queryKey: ['appointments', { patientId }],
    queryFn: ({ signal }) =>
      api.call('GET', '/appointments', { query: { patient_id: patientId, limit: LIMIT }, signal }),
    changes: appointmentChanges,
    include: (appointment) => appointment.patient_id === patientId,
    compare: byTime,
  });
  return { rows: query.data?.data, failed: query.isError, limit: LIMIT, retry: () => void query.refetch() };
};
