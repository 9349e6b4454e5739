'use client';

import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconCalendarPlus } from '@tabler/icons-react';
import type { Appointment } from '@wardbell/contract';
import { isAllowedMove } from '@wardbell/contract/appointment-status';
import { useEffect, useRef, useState } from 'react';
import { useWho } from '../../../shared/api/colleagues';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { useHotkey } from '../../../shared/hooks/use-hotkey';
import { useRecentChanges } from '../../../shared/hooks/use-recent-changes';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import frame from '../../../shared/room/room.module.css';
import { cancelInput, NEW_APPOINTMENT } from '../../../shared/session/input-names';
import { hasInput, takeInput } from '../../../shared/session/kept-input';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { listedName } from '../../patients/model/listed-name';
import { scheduleText } from '../messages';
import { endMsOf } from '../model/axis';
import { mayMove } from '../model/standing';
import { AppointmentBlock, useStableActions } from './appointment-block';
import type { Prefill } from './create-appointment';
import { DayBar } from './day-bar';
import { DayGrid } from './day-grid';
import { DayList } from './day-list';
import { DayNumbers } from './day-numbers';
import { DaySkeleton } from './day-skeleton';
import { DayStatus } from './day-status';
import classes from './schedule-room.module.css';
import { UntimedList } from './untimed-list';
import { useDayActions } from './use-day-actions';
import { blockId, useDayKeys } from './use-day-keys';
import { useDrag } from './use-drag';
import { useSchedule } from './use-schedule';

const AppointmentPanel = lazily(async () => (await import('./appointment-panel')).AppointmentPanel);
const CreateAppointment = lazily(async () => (await import('./create-appointment')).CreateAppointment);
const EditAppointment = lazily(async () => (await import('./edit-appointment')).EditAppointment);
const About = lazily(async () => (await import('../../patients/components/about')).About);
const ConfirmStep = lazily(async () => (await import('./confirm-step')).ConfirmStep);

const NARROW = '(max-width: 48em)';
const ROOMY = '(min-width: 80em)';
const AT_ONCE = { getInitialValueInEffect: false } as const;

/** The clinic's day, live: who comes when to whom, who is late and who waits. */
export const ScheduleRoom = () => {
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const narrow = useMediaQuery(NARROW, false, AT_ONCE);
  const roomy = useMediaQuery(ROOMY, true, AT_ONCE);
  const schedule = useSchedule();
  const { view, change, today, nowMs, day, rows, columns, patients, untimed, known } = schedule;
  const { by, date, openId } = view;

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

  const [creating, setCreating] = useState<Prefill | null>(() =>
    hasInput(NEW_APPOINTMENT) ? { date, atMs: null } : null,
  );
  const [editing, setEditing] = useState<{ row: Appointment; bookOn: string | null } | null>(null);
  const [untimedWanted, setUntimedWanted] = useState<boolean | null>(null);
  const scroller = useRef<HTMLDivElement>(null);

  const titleOf = (name: string | null) => name ?? words.unnamed[by];
  const nameOf = (appointment: Appointment) => {
    const patient = patients.get(appointment.patient_id);
    return patient ? listedName(patient) : words.block.unknownPatient;
  };
  const actions = useDayActions({
    date,
    by,
    columnNames: columns.map((column) => column.name),
    titleOf,
    nameOf,
    write: schedule.write,
  });
  const asked = rows.find(({ id }) => hasInput(cancelInput(id)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, after the screen was unlocked
  useEffect(() => {
    if (asked === undefined) return;
    if (isAllowedMove(asked.status, 'cancelled')) actions.step(asked, 'cancelled');
    else takeInput(cancelInput(asked.id)); // somebody was faster
  }, [asked?.id]);
  const { drag, begin } = useDrag(scroller, schedule.axis, actions.drop);
  const upcoming = date === today ? rows.find((row) => endMsOf(row) > nowMs) : undefined;
  const keys = useDayKeys({
    columns: narrow ? [rows] : columns.map((column) => column.rows),
    firstId: (upcoming ?? rows[0])?.id,
    onStep: actions.step,
    onNudge: actions.nudge,
  });

  const create = () => setCreating({ date, atMs: null });
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
      if (!narrow && mayMove(row.status)) begin(event, row);
    },
  });
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
        listed={narrow}
        offersStep={date <= today}
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
      draggable={!narrow && rows.length > 0}
      onBook={(row) => setEditing({ row, bookOn: date })}
      onGrip={begin}
    />
  );
  const stale = !day.live && !day.loading;
  const label = formatMessage(words.day, { date: formats.fullDate(date) });
  return (
    <Room
      title={words.title}
      bar={<DayBar view={view} today={today} grouped={!narrow} onChange={change} onCreate={create} />}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it listens to what the blocks in it let through */}
      <div className={frame.sheet} onKeyDown={keys.onKeyDown}>
        <DayNumbers
          title={formats.fullDate(date)}
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
        {day.loading ? (
          <DaySkeleton />
        ) : day.error && rows.length === 0 ? (
          <div className={frame.notice}>
            <FailureNotice error={day.error} onRetry={day.retry} />
          </div>
        ) : rows.length === 0 && !(narrow && withUntimed) ? (
          <div className={frame.notice} role="status">
            <Notice icon={IconCalendarPlus} {...words.empty}>
              <Button onClick={create}>{words.create}</Button>
            </Notice>
          </div>
        ) : narrow ? (
          <DayList
            label={label}
            date={date}
            firstId={keys.firstId}
            rows={rows}
            stale={stale}
            renderBlock={(row) => block(row, false)}
          >
            {side}
          </DayList>
        ) : (
          <DayGrid
            label={label}
            date={date}
            columns={columns}
            titleOf={titleOf}
            axis={schedule.axis}
            nowMs={date === today ? nowMs : null}
            stale={stale}
            looks={schedule.looks}
            drag={drag}
            scroller={scroller}
            renderBlock={block}
            onSlot={(name, atMs) => {
              const practitioner = by === 'practitioner' ? (name ?? undefined) : undefined;
              const usual = practitioner === undefined ? undefined : known.roomOf.get(practitioner);
              const room = by === 'room' ? (name ?? undefined) : usual;
              setCreating({ date, atMs, practitioner, room });
            }}
          />
        )}
        <DayStatus day={day} />
      </div>
      {openId !== null ? (
        <AppointmentPanel
          key={openId}
          id={openId}
          shown={schedule.written.find((row) => row.id === openId)}
          onStep={actions.step}
          onEdit={(row) => setEditing({ row, bookOn: row.datetime === null ? date : null })}
          onClose={close}
        />
      ) : (
        !narrow && side
      )}
      <div role="status" className={classes.spoken}>
        {actions.announcement}
      </div>
      {creating && (
        <CreateAppointment
          prefill={creating}
          known={known}
          onClose={() => setCreating(null)}
          onCreated={(appointment) => {
            setCreating(null);
            change({ openId: appointment.id });
          }}
        />
      )}
      {editing && (
        <EditAppointment
          appointment={editing.row}
          patient={patients.get(editing.row.patient_id)}
          bookOn={editing.bookOn}
          known={known}
          onSaved={actions.saved}
          onCreated={(appointment) => {
            setEditing(null);
            change({ openId: appointment.id });
          }}
          onClose={() => setEditing(null)}
        />
      )}
      {actions.asking && (
        <ConfirmStep
          kind={actions.asking.kind}
          about={
            <About
              patient={patients.get(actions.asking.appointment.patient_id)}
              patientId={actions.asking.appointment.patient_id}
              appointment={actions.asking.appointment}
            />
          }
          {...(actions.asking.kind === 'cancel'
            ? { inputName: cancelInput(actions.asking.appointment.id) }
            : {})}
          onKeep={actions.keep}
          onConfirm={actions.confirm}
        />
      )}
    </Room>
  );
};
