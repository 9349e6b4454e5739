import { useEvents } from '@wardbell/client/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { toShownPatient } from '../../../shared/api/patient-rows';
import { useApi } from '../../../shared/session/context';
import { PatientNames, type Patients } from '../model/patient-names';

/** The patients of these ids as far as they are known, kept live. */
export const usePatientNames = (ids: readonly string[]): Patients => {
  const api = useApi();
  const [names] = useState(
    () =>
      new PatientNames(async (batch, signal) => {
        const query = { ids: batch.join(','), limit: batch.length };
        return (await api.call('GET', '/patients', { query, signal })).data.map(toShownPatient);
      }),
  );
  useEvents(['patient_created', 'patient_updated'], ({ data }) => names.hear(toShownPatient(data)));
  useEvents('resync_required', () => names.reload());
  useEffect(() => names.want(ids), [names, ids]);
  return useSyncExternalStore(names.subscribe, names.snapshot, names.snapshot);
};
