import { appointmentChanges } from '@wardbell/client';
import type { Appointment } from '@wardbell/contract';
import { useApi } from '../session/context';
import { type LiveObject, useLiveObject } from '../use-live-object';

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
