import { appointmentChanges } from '@wardbell/client';
import { useLiveInfiniteQuery } from '@wardbell/client/react';
import type { Appointment, AppointmentStatus } from '@wardbell/contract';
import { useEffect, useMemo } from 'react';
import { type Paged, pagedOf } from '../../../shared/api/paged';
import { addDays } from '../../../shared/forms/calendar-days';
import { useApi } from '../../../shared/session/context';
import { byTime } from '../../patients/model/appointment-order';
import { dayBounds } from '../model/clock';

const PAGE = 200;

export interface AppointmentList extends Paged {
  readonly rows: readonly Appointment[];
  /** The rows change with the database; false: they may be out of date. */
  readonly live: boolean;
}

interface Selection {
  readonly key: readonly string[];
  readonly query: {
    readonly from?: string;
    readonly to?: string;
    readonly status?: AppointmentStatus;
    readonly untimed?: 'true';
  };
  readonly include: (appointment: Appointment) => boolean;
}

/** All appointments of a selection, whatever number of pages that takes, joined with the stream. */
const useAppointmentList = ({ key, query: selected, include }: Selection): AppointmentList => {
  const api = useApi();
  const query = useLiveInfiniteQuery({
    queryKey: ['appointments', ...key],
    queryFn: ({ after, signal }) =>
      api.call('GET', '/appointments', {
        query: { ...selected, limit: PAGE, after: after ?? undefined },
        signal,
      }),
    changes: appointmentChanges,
    include,
    compare: byTime,
  });
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  return {
    ...pagedOf(query),
    rows: query.rows,
    live: query.live,
  };
};

/** The appointments of so many days from a date on, by the clock of the clinic. */
export const useDays = (date: string, days: number, timeZone: string): AppointmentList => {
  const [from, to] = useMemo(() => {
    const { startMs } = dayBounds(date, timeZone);
    const { endMs } = dayBounds(addDays(date, days - 1), timeZone);
    return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
  }, [date, days, timeZone]);
  return useAppointmentList({
    key: ['day', from, to],
    query: { from, to },
    include: ({ datetime }) => datetime !== null && datetime >= from && datetime < to,
  });
};

/** Appointments of this status that have no time yet. */
export const useUntimed = (status: 'proposed' | 'waitlist'): AppointmentList =>
  useAppointmentList({
    key: ['untimed', status],
    query: { status, untimed: 'true' },
    include: (appointment) => appointment.datetime === null && appointment.status === status,
  });
