import { useQuery } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { isWithheld, toShownPatient } from '../../../shared/api/patient-rows';
import { useApi } from '../../../shared/session/context';

const LIMIT = 20;

/** Patients into whom one may be merged: those who look like the same person, or those whom a search finds. */
export const useMergeCandidates = (patient: Patient, search: string) => {
  const api = useApi();
  const { first_name, last_name, birth_date } = patient;
  return useQuery({
    queryKey: ['merge-candidates', patient.id, search],
    queryFn: async ({ signal }) => {
      const { data } =
        search === ''
          ? await api.call('POST', '/patients/duplicates', {
              body: { first_name, last_name, birth_date },
              signal,
            })
          : await api.call('GET', '/patients', {
              query: { search, limit: LIMIT, archived: 'true' },
              signal,
            });
      return data.map(toShownPatient).filter((row) => row.id !== patient.id && !isWithheld(row));
    },
    // names: kept no longer than the dialog is open
    gcTime: 0,
    staleTime: 0,
  });
};
