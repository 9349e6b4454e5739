import { appointmentChanges } from '@wardbell/client';
import type { Appointment } from '@wardbell/contract';
import { type LiveObject, useLiveObject } from '../../../shared/api/use-live-object';
import { useApi } from '../../../shared/session/context';

export const appointmentKey = (id: string) => ['appointment', id] as const;

/** One appointment, live. */
export const useAppointment = (id: string): LiveObject<Appointment> => {
  const api = useApi();
  return useLiveObject({
    queryKey: appointmentKey(id),
    id,
    load: (signal) => api.call('GET', '/appointments/:id', { params: { id }, signal }),
    changes: appointmentChanges,
  });
};
