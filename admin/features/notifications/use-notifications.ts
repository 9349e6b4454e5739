import { useQuery } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import { useEffect, useMemo } from 'react';
import { useApi, useMe } from '../../shared/session/context';
import { NEWEST } from '../events/model/catch-up';
import { MAX_NOTES, type Note, useInbox } from './model/inbox';
import { markSeen, useSeen } from './model/seen';

const LEVELS = ['info', 'warning', 'error'] as const;

export interface Notifications {
  /** Newest first. */
  readonly notes: readonly Note[];
  readonly unseen: number;
  readonly loading: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
  readonly seeAll: () => void;
}

/**
 * The latest notifications of a person: of the clinic's log for those who may read it, for everybody else what
 * this page has received. A super admin's own are not among them: nothing is sent to super admins.
 */
export const useNotifications = (): Notifications => {
  const api = useApi();
  const me = useMe();
  const received = useInbox(me.id);
  const reads = me.role === 'tenant_admin';
  const query = useQuery({
    queryKey: ['notifications'],
    enabled: reads,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const { data } = await api.call('GET', '/events', {
        query: { type: 'system_notification', before: NEWEST, limit: MAX_NOTES },
        signal,
      });
      return data.map(({ id, seq, timestamp, actor_id, data: said }): Note => {
        const { message, level, break_glass_id, approval_id } = said;
        const known = LEVELS.find((one) => one === level) ?? 'info';
        return {
          id,
          seq,
          timestamp,
          actor_id,
          level: known,
          message: String(message),
          ...(break_glass_id === undefined ? {} : { break_glass_id: String(break_glass_id) }),
          ...(approval_id === undefined ? {} : { approval_id: String(approval_id) }),
        };
      });
    },
  });
  useEvents('resync_required', () => void query.refetch());

  const notes = useMemo(() => {
    const ids = new Set(received.map(({ id }) => id));
    const others = query.data?.filter(({ id }) => !ids.has(id)) ?? [];
    return [...received, ...others].toSorted((a, b) => b.seq - a.seq).slice(0, MAX_NOTES);
  }, [received, query.data]);

  const seen = useSeen(me.id);
  const newest = notes[0]?.seq ?? 0;
  const newestRead = query.data?.[0]?.seq;
  // What was sent before somebody used this browser for the first time is no news to count.
  useEffect(() => {
    if (seen === null && newestRead !== undefined) markSeen(me.id, newestRead);
  }, [seen, newestRead, me.id]);
  const waiting = reads && query.isPending;
  return {
    notes,
    unseen: waiting ? 0 : notes.filter(({ seq }) => seq > (seen ?? 0)).length,
    loading: waiting && !query.isError,
    error: query.error,
    retry: () => void query.refetch(),
    seeAll: () => {
      if (newest > 0) markSeen(me.id, newest);
    },
  };
};
