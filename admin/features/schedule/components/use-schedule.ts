import type { Appointment } from '@wardbell/contract';
import { useSearchParams } from 'next/navigation';
import { useMemo, useRef } from 'react';
import { useClinicSetup } from '../../../shared/clinic-setup/use-clinic-setup';
import { useNow } from '../../../shared/hooks/use-now';
import { choose } from '../../../shared/lists/keep';
import { useKept } from '../../../shared/lists/kept';
import { useDefaultFilter } from '../../../shared/lists/use-default-filter';
import { useMe } from '../../../shared/session/context';
import { todayIn, useFormats } from '../../../shared/text/formats';
import { useRoomText, useWords } from '../../../shared/text/text';
import { usePatientNames } from '../../patients/queries/use-patient-names';
import { scheduleText } from '../messages';
import { type Axis, axisOf } from '../model/axis';
import { dayBounds } from '../model/clock';
import { looksOf } from '../model/column-looks';
import { columnsOf } from '../model/columns';
import {
  choicesOf,
  type Filter,
  filterOf,
  hasStatus,
  isFiltered,
  isNamed,
  keyOf,
  keysOf,
  mineOf,
  NO_FILTER,
} from '../model/filter';
import { keepFilter, readKeptFilter } from '../model/kept-filter';
import { type KnownNames, withRecords } from '../model/known-names';
import { type ClosedTime, closedTimes, openTimes } from '../model/open-times';
import { countsOf, isOff } from '../model/standing';
import { axesOf, byDate, weekOf } from '../model/week';
import { useDays, useUntimed } from '../queries/use-appointment-list';
import { useKnownNames } from '../queries/use-known-names';
import { useView } from '../queries/use-view';
import { useWaitingSince } from '../queries/use-waiting';
import { useWrites } from './use-writes';

/** Waiting times are told in minutes; a quarter of one is near enough. */
const TICK_MS = 15_000;

/** A column of the board: a practitioner or a room of a day, or a day of a week. */
export interface BoardColumn {
  /** A name, or the date of a day of a week; null for those that name none. */
  readonly name: string | null;
  readonly title: string;
  readonly date: string;
  readonly rows: readonly Appointment[];
  readonly color: string | undefined;
  readonly closed: readonly ClosedTime[];
  readonly axis: Axis;
  /** Office hours. */
  readonly open: readonly { readonly startMs: number; readonly endMs: number }[];
}

/** Of two of the same appointment the newer: it may just go from one list to the other. */
const uniqueOf = (lists: readonly (readonly Appointment[])[]): readonly Appointment[] => {
  const byId = new Map<string, Appointment>();
  for (const row of lists.flat()) {
    const held = byId.get(row.id);
    if (!held || held.version < row.version) byId.set(row.id, row);
  }
  return [...byId.values()];
};

/** All names that were known at any time in this room: one can be filtered by that is not used around the day that is shown. */
const useSeenNames = (known: KnownNames): KnownNames => {
  const seen = useRef(known);
  return useMemo(() => {
    const join = (field: 'practitioner' | 'room' | 'type') => [
      ...new Set([...known[field], ...seen.current[field]]),
    ];
    seen.current = {
      ...known,
      practitioner: join('practitioner'),
      room: join('room'),
      type: join('type'),
    };
    return seen.current;
  }, [known]);
};

/** All that the schedule shows, and the one way to change it. */
export const useSchedule = () => {
  const words = useRoomText(scheduleText);
  const { timeZone } = useFormats();
  const { locale } = useWords();
  const me = useMe();
  const nowMs = useNow(TICK_MS);
  const today = todayIn(timeZone, nowMs);
  const { defaultFilter, practitioner: chosenAsMine } = useKept('schedule');
  // What a link asks for is shown, without the default filter.
  const isLink = useSearchParams().size > 0;
  const [view, change] = useView(
    today,
    defaultFilter === null ? readKeptFilter(me.id) : isLink ? NO_FILTER : filterOf(defaultFilter),
  );
  const { date, span, by, filter, withCancelled, openId } = view;
  const narrow = (next: Filter) => {
    change({ filter: next, openId: null });
    keepFilter(me.id, next);
  };
  useDefaultFilter('schedule', isLink || isFiltered(filter), (saved) =>
    change({ filter: filterOf(saved) }, 'replace'),
  );
  const dates = useMemo(() => (span === 'week' ? weekOf(date) : [date]), [span, date]);
  const [firstDate = date] = dates;
  const list = useDays(firstDate, dates.length, timeZone);
  const waitlist = useUntimed('waitlist');
  const proposed = useUntimed('proposed');
  const all = useMemo(
    () => uniqueOf([list.rows, waitlist.rows, proposed.rows]),
    [list.rows, waitlist.rows, proposed.rows],
  );
  const [written, write] = useWrites(all);
  const clinic = useClinicSetup();
  const setup = clinic.data;
  const [used, { settled }] = useKnownNames(date, timeZone, list.rows);
  const known = useMemo(() => withRecords(used, setup), [used, setup]);
  const keys = useMemo(() => keysOf(setup), [setup]);
  const seen = useSeenNames(known);
  const choices = useMemo(() => choicesOf(seen, keys, locale), [seen, keys, locale]);

  // Only who is late depends on the time.
  const lateAtMs = filter.status === 'late' ? nowMs : 0;
  const { named, rows, cancelled, untimed, bounds } = useMemo(() => {
    const { startMs } = dayBounds(firstDate, timeZone);
    const { endMs } = dayBounds(dates.at(-1) ?? firstDate, timeZone);
    const isThen = ({ datetime }: Appointment) =>
      datetime !== null && Date.parse(datetime) >= startMs && Date.parse(datetime) < endMs;
    const ofTime = written.filter((row) => isThen(row) && row.status !== 'entered-in-error');
    const ofName = ofTime.filter((row) => isNamed(row, filter, keys));
    const isShown = (row: Appointment) =>
      (withCancelled || !isOff(row.status) || row.status === filter.status) &&
      isNamed(row, filter, keys) &&
      hasStatus(row, filter, lateAtMs);
    const waiting = (status: 'waitlist' | 'proposed') =>
      written.filter((row) => row.datetime === null && row.status === status);
    return {
      named: ofName,
      // One whose details are open, by a link for example, is shown in spite of a filter.
      rows: ofTime.filter((row) => row.id === openId || isShown(row)),
      cancelled: ofName.filter((row) => row.status === 'cancelled').length,
      untimed: { waitlist: waiting('waitlist'), proposed: waiting('proposed') },
      bounds: { startMs, endMs },
    };
  }, [written, firstDate, dates, timeZone, withCancelled, filter, keys, lateAtMs, openId]);

  const columns = useMemo((): readonly BoardColumn[] => {
    if (span === 'week') {
      const practitioner = filter.practitioner?.startsWith('~') ? null : filter.practitioner;
      const days = byDate(rows, dates, timeZone).map((ofDay, index) => {
        const name = dates[index] ?? date;
        const open = (setup && openTimes(setup, name, timeZone, practitioner)) ?? [];
        return { date: name, rows: ofDay, open };
      });
      const axes = axesOf(days, timeZone);
      const format = new Intl.DateTimeFormat(locale, {
        timeZone: 'UTC',
        weekday: 'short',
        day: 'numeric',
        month: 'short',
      });
      return days.flatMap((day, index) => {
        const axis = axes[index];
        return axis
          ? {
              ...day,
              axis,
              name: day.date,
              title: format.format(Date.parse(`${day.date}T00:00:00Z`)),
              color: undefined,
              closed: setup ? closedTimes(setup, day.date, timeZone, practitioner) : [],
            }
          : [];
      });
    }
    const looks = looksOf(setup, by, date, timeZone);
    const axis = axisOf(date, timeZone, rows, looks.open);
    const chosen = filter[by];
    const names =
      chosen !== null
        ? known[by].filter((name) => keyOf(name, keys[by]) === chosen)
        : isFiltered(filter)
          ? []
          : known[by];
    return columnsOf(rows, by, names, locale, looks.nameOf).map(({ name, rows: ofName }) => ({
      name,
      title: name ?? words.unnamed[by],
      date,
      rows: ofName,
      color: looks.colorOf(name),
      closed: looks.closedOf(name),
      axis,
      open: looks.open,
    }));
  }, [span, by, date, dates, timeZone, rows, setup, known, keys, filter, locale, words]);

  const patients = usePatientNames(useMemo(() => written.map((row) => row.patient_id), [written]));
  const waitingSince = useWaitingSince(named);
  // Columns that come one after the other would push each other about.
  const failed = list.error !== null && rows.length === 0;
  const loading = list.loading || !settled || (clinic.isPending && clinic.failureCount === 0);
  return {
    view,
    change,
    choices,
    setFilter: narrow,
    mine: mineOf(me, setup, choices.practitioner, chosenAsMine),
    /** Shows today of one practitioner alone; `chosen`: the person says to be that one. */
    showMine: (practitioner: string, chosen: boolean) => {
      const mine = { ...NO_FILTER, practitioner };
      change({ date: today, span: 'day', by: 'practitioner', filter: mine, openId: null });
      keepFilter(me.id, mine);
      if (chosen) choose(me.id, 'schedule', { practitioner });
    },
    today,
    nowMs,
    list,
    loading,
    dates,
    bounds,
    rows,
    columns,
    columnCount: span === 'week' ? dates.length : known[by].length,
    known,
    patients,
    waitingSince,
    write,
    /** Nothing of it could be loaded. */
    failed,
    counts: loading || failed ? undefined : countsOf(named, nowMs),
    cancelled,
    untimed,
    untimedFailed: waitlist.error !== null || proposed.error !== null,
    written,
  };
};
export type Schedule = ReturnType<typeof useSchedule>;
