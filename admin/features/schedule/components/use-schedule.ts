import type { Appointment } from '@wardbell/contract';
import { useMemo } from 'react';
import { useClinicSetup } from '../../../shared/clinic-setup/use-clinic-setup';
import { useNow } from '../../../shared/hooks/use-now';
import { todayIn, useFormats } from '../../../shared/text/formats';
import { useWords } from '../../../shared/text/text';
import { usePatientNames } from '../../patients/queries/use-patient-names';
import { axisOf } from '../model/axis';
import { dayBounds } from '../model/clock';
import { looksOf } from '../model/column-looks';
import { columnsOf } from '../model/columns';
import { withRecords } from '../model/known-names';
import { countsOf, isOff } from '../model/standing';
import { useDay, useUntimed } from '../queries/use-appointment-list';
import { useKnownNames } from '../queries/use-known-names';
import { useView } from '../queries/use-view';
import { useWaitingSince } from '../queries/use-waiting';
import { useWrites } from './use-writes';

/** Waiting times are told in minutes; a quarter of one is near enough. */
const TICK_MS = 15_000;

/** Of two of the same appointment the newer: it may just go from one list to the other. */
const uniqueOf = (lists: readonly (readonly Appointment[])[]): readonly Appointment[] => {
  const byId = new Map<string, Appointment>();
  for (const row of lists.flat()) {
    const held = byId.get(row.id);
    if (!held || held.version < row.version) byId.set(row.id, row);
  }
  return [...byId.values()];
};

/** All that the schedule shows, and the one way to change it. */
export const useSchedule = () => {
  const { timeZone } = useFormats();
  const { locale } = useWords();
  const nowMs = useNow(TICK_MS);
  const today = todayIn(timeZone, nowMs);
  const [view, change] = useView(today);
  const { date, by, withCancelled } = view;
  const day = useDay(date, timeZone);
  const waitlist = useUntimed('waitlist');
  const proposed = useUntimed('proposed');
  const all = useMemo(
    () => uniqueOf([day.rows, waitlist.rows, proposed.rows]),
    [day.rows, waitlist.rows, proposed.rows],
  );
  const [written, write] = useWrites(all);
  const { data: setup } = useClinicSetup();
  const used = useKnownNames(date, timeZone, day);
  const known = useMemo(() => withRecords(used, setup), [used, setup]);

  const { dayRows, rows, cancelled, untimed } = useMemo(() => {
    const { startMs, endMs } = dayBounds(date, timeZone);
    const isOfDay = ({ datetime }: Appointment) =>
      datetime !== null && Date.parse(datetime) >= startMs && Date.parse(datetime) < endMs;
    const ofDay = written.filter((row) => isOfDay(row) && row.status !== 'entered-in-error');
    const waiting = (status: 'waitlist' | 'proposed') =>
      written.filter((row) => row.datetime === null && row.status === status);
    return {
      dayRows: ofDay,
      rows: ofDay.filter((row) => withCancelled || !isOff(row.status)),
      cancelled: ofDay.filter((row) => row.status === 'cancelled').length,
      untimed: { waitlist: waiting('waitlist'), proposed: waiting('proposed') },
    };
  }, [written, date, timeZone, withCancelled]);

  const looks = useMemo(() => looksOf(setup, by, date, timeZone), [setup, by, date, timeZone]);
  const columns = useMemo(
    () => columnsOf(rows, by, known[by], locale, looks.nameOf),
    [rows, by, known, locale, looks],
  );
  const axis = useMemo(() => axisOf(date, timeZone, rows, looks.open), [date, timeZone, rows, looks]);
  const patients = usePatientNames(useMemo(() => written.map((row) => row.patient_id), [written]));
  const waitingSince = useWaitingSince(dayRows);
  return {
    view,
    change,
    today,
    nowMs,
    day,
    rows,
    columns,
    axis,
    looks,
    known,
    patients,
    waitingSince,
    write,
    counts: day.loading ? undefined : countsOf(dayRows, nowMs),
    cancelled,
    untimed,
    untimedFailed: waitlist.error !== null || proposed.error !== null,
    written,
  };
};
export type Schedule = ReturnType<typeof useSchedule>;
