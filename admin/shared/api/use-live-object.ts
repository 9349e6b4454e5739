import { type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Changes } from '@wardbell/client';
import { useEvents } from '@wardbell/client/react';
import { useState } from 'react';
import { hasCode } from './failure';

export interface LiveObject<Row> {
  readonly row: Row | undefined;
  /** Deleted while it was open, or never there. */
  readonly gone: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** One object, kept as the database has it: of an answer and an event the higher version wins. */
export const useLiveObject = <Row extends { readonly id: string; readonly version: number }>({
  queryKey,
  id,
  load,
  changes,
}: {
  readonly queryKey: QueryKey;
  readonly id: string;
  readonly load: (signal: AbortSignal) => Promise<Row>;
  /** What an event does to objects of this kind. */
  readonly changes: Changes<Row>;
}): LiveObject<Row> => {
  const cache = useQueryClient();
  const [deletedId, setDeletedId] = useState<string | null>(null);
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const answer = await load(signal);
      // An event may have overtaken the answer.
      const held = cache.getQueryData<Row>(queryKey);
      return held && held.version > answer.version ? held : answer;
    },
    staleTime: 0,
  });
  useEvents('*', (event) => {
    if (event.type === 'resync_required') void query.refetch();
    const change = changes(event);
    if (change?.op === 'delete' && change.id === id) setDeletedId(id);
    if (change?.op !== 'put' || change.row.id !== id) return;
    const { row } = change;
    cache.setQueryData<Row>(queryKey, (held) => (held && held.version >= row.version ? held : row));
  });
  return {
    row: query.data,
    gone: deletedId === id || hasCode(query.error, 'not_found'),
    error: query.error,
    retry: () => void query.refetch(),
  };
};
