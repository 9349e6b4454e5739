import type { Changes } from '@wardbell/client';
import { useEvents } from '@wardbell/client/react';
import type { Patient } from '@wardbell/contract';
import { hasCode } from '../../../shared/api/failure';
import { isWithheld, shownPatientChanges, toShownPatient } from '../../../shared/api/patient-rows';
import { type LiveObject, useLiveObject } from '../../../shared/api/use-live-object';
import { useApi } from '../../../shared/session/context';

export const patientKey = (id: string) => ['patient', id] as const;

/** A withheld row does not replace a record: the reader may have emergency access, which frames do not know of. */
const openChanges: Changes<Patient> = (event) => {
  const change = shownPatientChanges(event);
  return change?.op === 'put' && isWithheld(change.row) ? undefined : change;
};

/** One patient, live; of a restricted one that this person may not open, what the list shows (`isWithheld`). */
export const usePatient = (id: string): LiveObject<Patient> => {
  const api = useApi();
  const object = useLiveObject({
    queryKey: patientKey(id),
    id,
    load: async (signal) => {
      try {
        return await api.call('GET', '/patients/:id', { params: { id }, signal });
      } catch (error) {
        if (!hasCode(error, 'restricted')) throw error;
        const { data } = await api.call('GET', '/patients', { query: { ids: id, limit: 1 }, signal });
        const [row] = data.map(toShownPatient);
        if (!row) throw error;
        return row;
      }
    },
    changes: openChanges,
  });
  useEvents(['patient_created', 'patient_updated'], ({ data }) => {
    if (data.id === id && 'initials' in data) object.retry();
  });
  return object;
};
