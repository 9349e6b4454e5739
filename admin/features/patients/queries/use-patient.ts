import type { Patient } from '@wardbell/contract';
import { shownPatientChanges } from '../../../shared/api/patient-rows';
import { type LiveObject, useLiveObject } from '../../../shared/api/use-live-object';
import { useApi } from '../../../shared/session/context';

export const patientKey = (id: string) => ['patient', id] as const;

/** One patient, live. */
export const usePatient = (id: string): LiveObject<Patient> => {
  const api = useApi();
  return useLiveObject({
    queryKey: patientKey(id),
    id,
    load: (signal) => api.call('GET', '/patients/:id', { params: { id }, signal }),
    changes: shownPatientChanges,
  });
};
