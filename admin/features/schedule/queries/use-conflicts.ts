import { useDebouncedValue } from '@mantine/hooks';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type { Appointment, Conflict, DoubleBooking } from '@wardbell/contract';
import { useMemo } from 'react';
import { useApi } from '../../../shared/session/context';
import type { ConflictBody } from '../model/booking-check';

/** A pause in typing. */
const PAUSE_MS = 250;
const CONFLICTS = 'booking-conflicts';
/** Others are counted, not named. */
export const MAX_NAMED = 4;
const NONE: readonly Conflict[] = [];

export interface Conflicts {
  readonly conflicts: readonly Conflict[];
  readonly doubleBooking: DoubleBooking;
  /** The other appointments, as far as they are loaded. */
  readonly others: ReadonlyMap<string, Appointment>;
  /** Asks again: the server has refused what it found none for before. */
  readonly ask: () => void;
}

/** What a draft overlaps, while it is typed, and as colleagues book. @param body null: nothing to ask yet */
export const useConflicts = (body: ConflictBody | null): Conflicts => {
  const api = useApi();
  const cache = useQueryClient();
  const text = JSON.stringify(body);
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const ask = () => void cache.invalidateQueries({ queryKey: [CONFLICTS] });
  useEvents(
    [
      'appointment_created',
      'appointment_updated',
      'appointment_cancelled',
      'appointment_deleted',
      'clinic_setup_changed',
      'resync_required',
    ],
    ask,
  );
  const { data } = useQuery({
    queryKey: [CONFLICTS, settled],
    queryFn: ({ signal }) =>
      api.call('POST', '/appointments/conflicts', { body: JSON.parse(settled) as ConflictBody, signal }),
    enabled: settled !== 'null',
    staleTime: 0,
    gcTime: 0,
  });
  const conflicts = (settled === text && data?.conflicts) || NONE;
  const ids = [...new Set(conflicts.flatMap((conflict) => conflict.appointment_id ?? []))].slice(
    0,
    MAX_NAMED,
  );
  const rows = useQueries({
    queries: ids.map((id) => ({
      queryKey: [CONFLICTS, 'appointment', id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.call('GET', '/appointments/:id', { params: { id }, signal }),
      gcTime: 0,
    })),
  });
  const loaded = rows.flatMap((row) => row.data ?? []);
  const versions = loaded.map(({ id, version }) => `${id}/${version}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the versions say when the rows are others
  const others = useMemo(() => new Map(loaded.map((row) => [row.id, row])), [versions]);
  return { conflicts, doubleBooking: data?.double_booking ?? 'allow', others, ask };
};
