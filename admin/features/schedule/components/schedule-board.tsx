import { Button } from '@mantine/core';
import { IconCalendarPlus, IconFilterOff } from '@tabler/icons-react';
import type { Appointment } from '@wardbell/contract';
import type { ReactNode, RefObject } from 'react';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { lazily } from '../../../shared/lazily';
import frame from '../../../shared/room/room.module.css';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { isFiltered, NO_FILTER } from '../model/filter';
import { DayGrid } from './day-grid';
import { DayList } from './day-list';
import { DaySkeleton } from './day-skeleton';
import type { Drag } from './use-drag';
import type { BoardColumn, Schedule } from './use-schedule';

const WeekList = lazily(async () => (await import('./week-list')).WeekList);

/** A week of one practitioner or room has room for a time axis; that of everybody has a list for each day. */
export const isWeekList = ({ view: { span, filter } }: Pick<Schedule, 'view'>, narrow: boolean): boolean =>
  span === 'week' && (narrow || (filter.practitioner === null && filter.room === null));

/** The appointments, by what was asked for and the room that there is; or why there are none. */
export const ScheduleBoard = ({
  schedule,
  label,
  narrow,
  side,
  drag,
  scroller,
  firstId,
  renderBlock,
  onCreate,
  onSlot,
}: {
  schedule: Schedule;
  label: string;
  narrow: boolean;
  /** Those without a time. */
  side: ReactNode;
  drag: Drag | null;
  scroller: RefObject<HTMLDivElement | null>;
  firstId: string | undefined;
  renderBlock: (appointment: Appointment, compact: boolean) => ReactNode;
  onCreate: () => void;
  onSlot: (column: BoardColumn, atMs: number) => void;
}) => {
  const words = useRoomText(scheduleText);
  const { view, change, list, rows, columns, today, nowMs } = schedule;
  const week = view.span === 'week';
  const openedFor = schedule.dates.join();
  const stale = !list.live && !list.loading;
  const open = ({ date }: BoardColumn) => change({ date, span: 'day', openId: null });
  if (schedule.loading) return <DaySkeleton columns={schedule.columnCount} />;
  if (schedule.failed) {
    return (
      <div className={frame.notice}>
        <FailureNotice error={list.error} onRetry={list.retry} />
      </div>
    );
  }
  if (rows.length === 0 && !(narrow && side)) {
    const filtered = isFiltered(view.filter);
    return (
      <div className={frame.notice} role="status">
        <Notice
          icon={filtered ? IconFilterOff : IconCalendarPlus}
          {...(filtered ? words.emptyFiltered : week ? words.emptyWeek : words.empty)}
        >
          {filtered && (
            <Button variant="default" onClick={() => schedule.setFilter(NO_FILTER)}>
              {words.filter.clear}
            </Button>
          )}
          <Button onClick={onCreate}>{words.create}</Button>
        </Notice>
      </div>
    );
  }
  if (isWeekList(schedule, narrow)) {
    return (
      <WeekList
        label={label}
        openedFor={openedFor}
        columns={columns}
        today={today}
        stale={stale}
        renderBlock={(row) => renderBlock(row, false)}
        onTitle={open}
      >
        {narrow && side}
      </WeekList>
    );
  }
  if (narrow) {
    return (
      <DayList
        label={label}
        date={view.date}
        firstId={firstId}
        rows={rows}
        stale={stale}
        renderBlock={(row) => renderBlock(row, false)}
      >
        {side}
      </DayList>
    );
  }
  return (
    <DayGrid
      label={label}
      openedFor={openedFor}
      columns={columns}
      narrowColumns={week}
      today={today}
      nowMs={nowMs}
      stale={stale}
      drag={drag}
      scroller={scroller}
      renderBlock={renderBlock}
      onSlot={onSlot}
      onTitle={week ? open : undefined}
    />
  );
};
