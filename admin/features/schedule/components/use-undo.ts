import type { Appointment } from '@wardbell/contract';
import { useEffect, useRef, useState } from 'react';
import { showUndo } from '../../../shared/components/undo-toast';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { UndoChain } from '../model/undo-chain';
import { undoBodyOf, undoBodyOfSave, type Write, type Written } from '../model/writes';

/** How long a change can be undone by a click or a key. */
export const UNDO_MS = 10_000;

/**
 * Writes, announces what was done, and offers each write, and each save of the form, to be undone for a while. Of one
 * appointment the newest change is on offer; when it was undone, the one before it is, for the rest of its own time.
 */
export const useUndo = (
  write: (appointment: Appointment, what: Write) => Promise<Written>,
  announce: (message: string) => void,
) => {
  const words = useRoomText(scheduleText);
  const latest = useRef({ write, announce, words });
  latest.current = { write, announce, words };
  const sayDone = (message: string, isUndoable: boolean) =>
    latest.current.announce(isUndoable ? `${message}. ${latest.current.words.undo.key}` : message);
  const [chain] = useState(
    () =>
      new UndoChain({
        nowMs: () => Date.now(),
        show: (message, timeMs, onUndo, onExpire, warning) => {
          const said = warning === null ? message : `${message}. ${warning}`;
          if (warning !== null) latest.current.announce(said);
          return showUndo({
            message: said,
            ...(warning === null ? {} : { tone: 'warning' as const }),
            undo: latest.current.words.undo.action,
            timeMs,
            announced: true,
            onUndo,
            onExpire,
          });
        },
        undo: (appointment, undo) => latest.current.write(appointment, undo),
        onUndone: (change) =>
          latest.current.announce(formatMessage(latest.current.words.undo.done, { change })),
      }),
  );
  // A screen that is locked or shows another room offers nothing: one would not see what an undo does.
  useEffect(() => () => chain.end(), [chain]);
  return {
    write: (
      appointment: Appointment,
      what: Write,
      message: string,
      warningOf?: (made: Written) => string | null,
    ): void => {
      const before = undoBodyOf(appointment, what);
      const answered = latest.current.write(appointment, what);
      // Heard once it is so: that a row jumps back when the server refuses is only seen.
      void answered.then(() => sayDone(message, before !== null)).catch(() => undefined);
      const warning = warningOf ? { warningOf } : {};
      if (before !== null)
        chain.offer({ appointment, before, message, answered, timeMs: UNDO_MS, ...warning });
    },
    saved: (appointment: Appointment, saved: Appointment, message: string): void => {
      const before = undoBodyOfSave(appointment, saved);
      if (before === null) return;
      sayDone(message, true);
      chain.offer({ appointment, before, message, answered: Promise.resolve(saved), timeMs: UNDO_MS });
    },
  };
};
