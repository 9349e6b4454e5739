import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { OfficeHoursPut } from '@wardbell/contract';
import { CLINIC_SETUP } from '../../shared/clinic-setup/use-clinic-setup';
import { useApi } from '../../shared/session/context';

/** Kinds of records that have a name and a color. */
export type Kind = 'practitioners' | 'rooms' | 'types';
const PATHS = { practitioners: '/practitioners', rooms: '/rooms', types: '/appointment-types' } as const;

export interface RecordBody {
  readonly name: string;
  readonly color: string;
  readonly active: boolean;
  readonly duration_minutes?: number;
}
/** What is changed; absent for something new. */
export interface Versioned {
  readonly id: string;
  readonly version: number;
}
export interface AbsenceBody {
  readonly practitioner_id: string | null;
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** The list is read again after each write, also after one that was refused: somebody else may have changed it. */
const useWrite = <Variables>(write: (variables: Variables) => Promise<unknown>) => {
  const cache = useQueryClient();
  return useMutation<unknown, Error, Variables>({
    mutationFn: write,
    onSettled: () => cache.invalidateQueries({ queryKey: CLINIC_SETUP }),
  });
};

export const useSaveRecord = (kind: Kind) => {
  const api = useApi();
  const path = PATHS[kind];
  return useWrite(({ of, body }: { of: Versioned | undefined; body: RecordBody }) =>
    of === undefined
      ? api.call('POST', path, { body })
      : api.call('PATCH', `${path}/:id`, { params: { id: of.id }, body, ifMatch: of.version }),
  );
};

export const useRemoveRecord = (kind: Kind | 'absences') => {
  const api = useApi();
  const path = kind === 'absences' ? '/absences' : PATHS[kind];
  return useWrite(({ id, version }: Versioned) =>
    api.call('DELETE', `${path}/:id`, { params: { id }, ifMatch: version }),
  );
};

export const useSaveAbsence = () => {
  const api = useApi();
  return useWrite(({ of, body }: { of: Versioned | undefined; body: AbsenceBody }) =>
    of === undefined
      ? api.call('POST', '/absences', { body })
      : api.call('PATCH', '/absences/:id', { params: { id: of.id }, body, ifMatch: of.version }),
  );
};

export const useSaveHours = () => {
  const api = useApi();
  return useWrite(({ version, body }: { version: number; body: OfficeHoursPut }) =>
    api.call('PUT', '/office-hours', { body, ifMatch: version }),
  );
};

export const useSaveRule = () => {
  const api = useApi();
  return useWrite(({ version, rule }: { version: number; rule: 'allow' | 'forbid' }) =>
    api.call('PATCH', '/clinic-settings', { body: { double_booking: rule }, ifMatch: version }),
  );
};
