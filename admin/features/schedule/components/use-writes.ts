import type { Appointment } from '@wardbell/contract';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { toast } from '../../../shared/components/toast';
import { useApi } from '../../../shared/session/context';
import { useRoomText, useText } from '../../../shared/text/text';
import { byTime } from '../../patients/model/appointment-order';
import { scheduleText } from '../messages';
import { AppointmentWrites, type Refused, sendThrough, type Write, type Written } from '../model/writes';

/** Says why a write was taken back, and what to do. */
const useExplain = (): Refused => {
  const text = useText();
  const words = useRoomText(scheduleText);
  return (error, _appointment, write) => {
    if (write.kind === 'undo') {
      const message = hasCode(error, 'version_mismatch')
        ? words.undo.changed
        : hasCode(error, 'invalid_transition')
          ? words.undo.transition
          : describeFailure(error, text).hint;
      void toast({ tone: 'error', title: words.undo.failed, message });
      return;
    }
    const group = write.kind === 'place' ? words.notMoved : words.notChanged;
    const message = hasCode(error, 'version_mismatch')
      ? words.notMoved.changed
      : hasCode(error, 'invalid_transition')
        ? group.transition
        : hasCode(error, 'conflict')
          ? words.notMoved.conflict
          : describeFailure(error, text).hint;
    void toast({ tone: 'error', title: group.title, message });
  };
};

/** Rows with what was done to them here, and how to do something: shown at once, taken back when it is refused. */
export const useWrites = (
  rows: readonly Appointment[],
): readonly [readonly Appointment[], (appointment: Appointment, write: Write) => Promise<Written>] => {
  const api = useApi();
  const explain = useRef<Refused>(() => undefined);
  explain.current = useExplain();
  const [writes] = useState(
    () => new AppointmentWrites(sendThrough(api), (...refusal) => explain.current(...refusal)),
  );
  const revision = useSyncExternalStore(writes.subscribe, writes.revision, writes.revision);
  useEffect(() => writes.settle(rows), [writes, rows]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says when the answer is another
  const shown = useMemo(() => rows.map((row) => writes.shown(row)).sort(byTime), [writes, rows, revision]);
  const write = useCallback(
    (appointment: Appointment, what: Write) => writes.write(appointment, what),
    [writes],
  );
  return [shown, write];
};
