import { UnstyledButton } from '@mantine/core';
import { useConnection } from '@wardbell/client/react';
import frame from '../../../shared/room/room.module.css';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import type { AppointmentList } from '../queries/use-appointment-list';

/** Says below the day when it is not whole or may be out of date; nothing when all is well. */
export const DayStatus = ({ day }: { day: AppointmentList }) => {
  const text = useText();
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const { state } = useConnection();
  if (day.error && day.rows.length > 0) {
    return (
      <div className={frame.status}>
        <span className={frame.warning} role="alert">
          {words.loadFailed}{' '}
          <UnstyledButton className={frame.link} onClick={day.retry}>
            {text.app.retry}
          </UnstyledButton>
        </span>
      </div>
    );
  }
  if (day.live || day.loading || state.status === 'live') return null;
  return (
    <div className={frame.status}>
      <span className={frame.warning}>
        {state.liveAtMs === null
          ? text.connection.staleUnknown
          : formatMessage(text.connection.stale, { time: formats.time(state.liveAtMs) })}
      </span>
    </div>
  );
};
