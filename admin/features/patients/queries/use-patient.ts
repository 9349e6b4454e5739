import type { Changes } from '@wardbell/client';
import { useEvents } from '@wardbell/client/react';
import type { Patient } from '@wardbell/contract';
import { useState } from 'react';
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

export interface LivePatient extends LiveObject<Patient> {
  /** The patient into which this one was merged, before or just now. */
  readonly mergedInto: string | undefined;
}

/** One patient, live; of a restricted one that this person may not open, what the list shows (`isWithheld`). */
export const usePatient = (id: string): LivePatient => {
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
  const [merged, setMerged] = useState<{ readonly id: string; readonly into: string } | null>(null);
  useEvents('patient_deleted', ({ data }) => {
    if (data.patient_id === id && data.merged_into) setMerged({ id, into: data.merged_into });
  });
  return { ...object, mergedInto: merged?.id === id ? merged.into : object.row?.merged_into };
};
