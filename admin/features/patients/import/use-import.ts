import { useMutation } from '@tanstack/react-query';
import type { ImportDuplicate } from '@wardbell/contract';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { useApi } from '../../../shared/session/context';
import type { GoodRow } from './read-rows';

/** A row that may be registered already, with the line of the file that it stands in. */
export interface Suspect {
  readonly good: GoodRow;
  readonly isTaken: boolean;
  readonly patients: ImportDuplicate['patients'];
}

/** Asks which rows may be patients who are registered. The answer leaves memory with the page. */
export const useCheck = () => {
  const api = useApi();
  return useMutation({
    gcTime: 0,
    mutationFn: async (rows: readonly GoodRow[]): Promise<Suspect[]> => {
      const body = { patients: rows.map(({ row }) => row) };
      const { data } = await api.call('POST', '/patients/import/check', { body });
      const known = new Map(data.map((found) => [found.row, found]));
      return rows.flatMap((good, index) => {
        const found = known.get(index);
        if (!found && good.twinOf === null) return [];
        return [{ good, isTaken: found?.mrn_taken ?? false, patients: found?.patients ?? [] }];
      });
    },
  });
};

/** Registers these rows: all or none, also when it is sent again because the answer got lost. */
export const useRun = () => {
  const api = useApi();
  const keyFor = useIdempotencyKey();
  return useMutation({
    gcTime: 0,
    mutationFn: async (rows: readonly GoodRow[]) => {
      const body = { patients: rows.map(({ row }) => row) };
      return (await api.call('POST', '/patients/import', { body, idempotencyKey: keyFor(body) })).imported;
    },
  });
};
