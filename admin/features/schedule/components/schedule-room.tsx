'use client';

import { useMediaQuery } from '@mantine/hooks';
import type { Appointment } from '@wardbell/contract';
import { isAllowedMove } from '@wardbell/contract/appointment-status';
import { useEffect, useRef, useState } from 'react';
import { useWho } from '../../../shared/api/colleagues';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { useRecentChanges } from '../../../shared/hooks/use-recent-changes';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import frame from '../../../shared/room/room.module.css';
import { useMe } from '../../../shared/session/context';
import { cancelInput, NEW_APPOINTMENT } from '../../../shared/session/input-names';
import { hasInput, takeInput } from '../../../shared/session/kept-input';
import { todayIn, useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useWords } from '../../../shared/text/text';
import { listedName } from '../../patients/model/listed-name';
import { scheduleText } from '../messages';
import { endMsOf, startMsOf } from '../model/axis';
import { dayBounds } from '../model/clock';
import { isFiltered, NO_FILTER } from '../model/filter';
import { mayMove, mayReschedule } from '../model/standing';
import { minuteOfDay, spanTitle } from '../model/week';
import { AppointmentBlock, useStableActions } from './appointment-block';
import type { Prefill } from './create-appointment';
import { DayBar } from './day-bar';
import { DayNumbers } from './day-numbers';
import { DayStatus } from './day-status';
import { isWeekList, ScheduleBoard } from './schedule-board';
import { type Asked, ScheduleDialogs } from './schedule-dialogs';
import classes from './schedule-room.module.css';
import { UntimedList } from './untimed-list';
import { useDayActions } from './use-day-actions';
import { blockId, useDayKeys } from './use-day-keys';
import { useDrag } from './use-drag';
import { usePrintKey } from './use-print-key';
import { useReveal } from './use-reveal';
import { useSchedule } from './use-schedule';

const AppointmentPanel = lazily(async () => (await import('./appointment-panel')).AppointmentPanel);
const FilterBar = lazily(async () => (await import('./filter-bar')).FilterBar);
const DaySheet = lazily(async () => (await import('./day-sheet')).DaySheet);

const NARROW = '(max-width: 48em)';
const ROOMY = '(min-width: 80em)';
const AT_ONCE = { getInitialValueInEffect: false } as const;

/** The clinic's day or week, live: who comes when to whom, who is late and who waits. */
export const ScheduleRoom = () => {
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const narrow = useMediaQuery(NARROW, false, AT_ONCE);
  const roomy = useMediaQuery(ROOMY, true, AT_ONCE);
  const { locale } = useWords();
  const me = useMe();
  const schedule = useSchedule();
  const { view, change, today, nowMs, rows, columns, patients, untimed, known } = schedule;
  const { by, date, span, filter, openId } = view;
  const week = span === 'week';

  const marks = useRecentChanges(
    ['appointment_created', 'appointment_updated', 'appointment_cancelled'],
    ({ type, data, actor_id }) => ({
      id: data.id,
      kind: type === 'appointment_created' ? 'created' : 'updated',
      version: data.version,
      actorId: actor_id,
    }),
  );
  const who = useWho([...marks.values()].some((mark) => mark.actorId !== undefined));

  const [asked, setAsked] = useState<Asked | null>(() =>
    hasInput(NEW_APPOINTMENT) ? { kind: 'create', prefill: { date, atMs: null } } : null,
  );
  const [untimedWanted, setUntimedWanted] = useState<boolean | null>(null);
  const scroller = useRef<HTMLDivElement>(null);

  const [filtering, setFiltering] = useState(false);
  const [printing, setPrinting] = useState(false);
  usePrintKey(() => setPrinting(true));

  const nameOf = (appointment: Appointment) => {
    const patient = patients.get(appointment.patient_id);
    return patient ? listedName(patient) : words.block.unknownPatient;
  };
  const actions = useDayActions(schedule, nameOf);
  const cancelling = rows.find(({ id }) => hasInput(cancelInput(id)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, after the screen was unlocked
  useEffect(() => {
    if (cancelling === undefined) return;
    if (isAllowedMove(cancelling.status, 'cancelled')) actions.step(cancelling, 'cancelled');
    else takeInput(cancelInput(cancelling.id)); // somebody was faster
  }, [cancelling?.id]);
  const axisOf = (name: string | null) => columns.find((column) => column.name === name)?.axis;
  const { drag, begin } = useDrag(scroller, axisOf, actions.drop);
  const { revealedId, reveal } = useReveal(openId, scroller);
  const upcoming = schedule.dates.includes(today) ? rows.find((row) => endMsOf(row) > nowMs) : undefined;
  const keys = useDayKeys({
    columns: narrow ? [rows] : columns.map((column) => column.rows),
    placeOf: week ? (row) => minuteOfDay(row, formats.timeZone) : startMsOf,
    firstId: (upcoming ?? rows[0])?.id,
    onStep: actions.step,
    onNudge: actions.nudge,
  });

  const filteredName = (field: 'practitioner' | 'room') =>
    schedule.choices[field].find(({ key }) => key === filter[field])?.label;
  const prefillOf = (atMs: number | null, column?: string | null): Prefill => {
    const named = (field: 'practitioner' | 'room') =>
      typeof column === 'string' && !week && by === field ? column : filteredName(field);
    const practitioner = named('practitioner');
    const usual = practitioner === undefined ? undefined : known.roomOf.get(practitioner);
    return { date, atMs, practitioner, room: named('room') ?? (atMs === null ? undefined : usual) };
  };
  const create = () => setAsked({ kind: 'create', prefill: prefillOf(null) });
  /** Goes to where an appointment is now, and shows which it is. */
  const show = ({ id, datetime }: Appointment, openId: string | null) => {
    const then = datetime === null ? date : todayIn(formats.timeZone, Date.parse(datetime));
    change({ openId, ...(schedule.dates.includes(then) ? {} : { date: then }) });
    reveal(id);
  };
  const close = () => {
    change({ openId: null });
    if (openId !== null) document.getElementById(blockId(openId))?.focus();
  };
  useHotkey('Escape', () => openId !== null && close());

  // A drag and a tick render the room: blocks that did not change must not render with it.
  const blockActions = useStableActions({
    onOpen: (row) => change({ openId: row.id }),
    onStep: actions.step,
    onFocus: keys.onFocus,
    onGrip: (event, row) => {
      if (narrow || isWeekList(schedule, narrow)) return;
      if (week ? mayReschedule(row.status) : mayMove(row.status)) begin(event, row);
    },
  });
  const tomorrowMs = dayBounds(today, formats.timeZone).endMs;
  const block = (appointment: Appointment, compact: boolean) => {
    const mark = marks.get(appointment.id);
    const by = mark ? who(mark.actorId) : '';
    return (
      <AppointmentBlock
        appointment={appointment}
        patient={patients.get(appointment.patient_id)}
        nowMs={nowMs}
        waitingSinceMs={schedule.waitingSince(appointment)}
        active={appointment.id === keys.activeId}
        open={appointment.id === openId}
        compact={compact}
        listed={narrow || isWeekList(schedule, narrow)}
        offersStep={startMsOf(appointment) < tomorrowMs}
        revealed={revealedId === appointment.id}
        dragged={drag?.appointment.id === appointment.id}
        mark={mark}
        who={by}
        {...blockActions}
      />
    );
  };

  const untimedCount = untimed.waitlist.length + untimed.proposed.length;
  const withUntimed = untimedCount > 0 && (untimedWanted ?? roomy);
  const side = withUntimed && (
    <UntimedList
      groups={untimed}
      patients={patients}
      nowMs={nowMs}
      failed={schedule.untimedFailed}
      draggable={!narrow && !isWeekList(schedule, narrow) && rows.length > 0}
      onBook={(row) => setAsked({ kind: 'edit', row, bookOn: date })}
      onGrip={begin}
    />
  );
  const shownDate = week ? spanTitle(schedule.dates, locale) : formats.fullDate(date);
  const label = formatMessage(week ? words.week : words.day, { date: shownDate });
  const { mine } = schedule;
  const isMine = mine !== null && !week && date === today && filter.practitioner === mine;
  return (
    <Room
      title={words.title}
      bar={
        <DayBar
          view={view}
          today={today}
          grouped={!narrow && !week}
          isMine={mine !== null || me.role === 'clinician' ? isMine : undefined}
          filtering={filtering || isFiltered(filter)}
          onChange={change}
          onMine={() => {
            if (isMine) schedule.setFilter(NO_FILTER);
            else if (mine === null) setAsked({ kind: 'mine' });
            else schedule.showMine(mine, false);
          }}
          onFilter={() => setFiltering(!filtering)}
          onPrint={() => setPrinting(true)}
          onCreate={create}
        />
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it listens to what the blocks in it let through */}
      <div className={frame.sheet} onKeyDown={keys.onKeyDown}>
        {(filtering || isFiltered(filter)) && (
          <FilterBar
            filter={filter}
            choices={schedule.choices}
            mine={mine}
            onChange={schedule.setFilter}
            onChooseMine={() => setAsked({ kind: 'mine' })}
          />
        )}
        <DayNumbers
          title={shownDate}
          counts={schedule.counts}
          cancelled={schedule.cancelled}
          withCancelled={view.withCancelled}
          untimed={untimedCount}
          withUntimed={withUntimed && (narrow || openId === null)}
          onCancelled={(withCancelled) => change({ withCancelled })}
          onUntimed={(shown) => {
            setUntimedWanted(shown);
            // The details stand in its place.
            if (shown && !narrow) change({ openId: null });
          }}
        />
        <ScheduleBoard
          schedule={schedule}
          label={label}
          narrow={narrow}
          side={side}
          drag={drag}
          scroller={scroller}
          firstId={keys.firstId}
          renderBlock={block}
          onCreate={create}
          onSlot={(column, atMs) =>
            setAsked({ kind: 'create', prefill: { ...prefillOf(atMs, column.name), date: column.date } })
          }
        />
        <DayStatus day={schedule.list} />
      </div>
      {openId !== null ? (
        <AppointmentPanel
          key={openId}
          id={openId}
          shown={schedule.written.find((row) => row.id === openId)}
          patientOf={(appointment) => patients.get(appointment.patient_id)}
          onStep={actions.step}
          onEdit={(row) => setAsked({ kind: 'edit', row, bookOn: row.datetime === null ? date : null })}
          onClose={close}
        />
      ) : (
        !narrow && side
      )}
      <div role="status" className={classes.spoken}>
        {actions.announcement}
      </div>
      <ScheduleDialogs schedule={schedule} actions={actions} asked={asked} onAsk={setAsked} onShow={show} />
      {printing && <DaySheet schedule={schedule} onPrinted={() => setPrinting(false)} />}
    </Room>
  );
};
