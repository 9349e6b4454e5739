import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { useApi } from '../../../shared/session/context';
import { patientKey } from './use-patient';

/** Archives a patient or brings it back, as of the version that is shown. */
export const useArchivePatient = ({ id, version }: Pick<Patient, 'id' | 'version'>) => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (archived: boolean) =>
      api.call('PATCH', '/patients/:id', { params: { id }, body: { archived }, ifMatch: version }),
    onSuccess: (saved) =>
      cache.setQueryData<Patient>(patientKey(id), (held) =>
        held && held.version > saved.version ? held : saved,
      ),
  });
};
