import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type { Patient } from '@wardbell/contract';
import { useState } from 'react';
import { hasCode } from '../api/failure';
import { useApi } from '../session/context';

export const patientKey = (id: string) => ['patient', id] as const;

export interface LivePatient {
  readonly patient: Patient | undefined;
  /** Deleted while it was open, or never there. */
  readonly gone: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** One patient, kept as the database has it: of an answer and an event the higher version wins. */
export const usePatient = (id: string): LivePatient => {
  const api = useApi();
  const cache = useQueryClient();
  const [deletedId, setDeletedId] = useState<string | null>(null);
  const query = useQuery({
    queryKey: patientKey(id),
    queryFn: async ({ signal }) => {
      const answer = await api.call('GET', '/patients/:id', { params: { id }, signal });
      // An event may have overtaken the answer.
      const held = cache.getQueryData<Patient>(patientKey(id));
      return held && held.version > answer.version ? held : answer;
    },
    staleTime: 0,
  });
  useEvents(['patient_created', 'patient_updated'], ({ data }) => {
    if (data.id !== id) return;
    cache.setQueryData<Patient>(patientKey(id), (held) =>
      held && held.version >= data.version ? held : data,
    );
  });
  useEvents('patient_deleted', ({ data }) => {
    if (data.patient_id === id) setDeletedId(id);
  });
  useEvents('resync_required', () => void query.refetch());
  return {
    patient: query.data,
    gone: deletedId === id || hasCode(query.error, 'not_found'),
    error: query.error,
    retry: () => void query.refetch(),
  };
};
