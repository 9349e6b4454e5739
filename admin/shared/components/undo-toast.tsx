import { Button } from '@mantine/core';
import { isForDialog, isTyping } from '../hooks/use-hotkey';
import { type ToastOptions, toast } from './toast';
import classes from './undo-toast.module.css';

export interface UndoToast {
  readonly message: string;
  /** What the button says. */
  readonly undo: string;
  readonly timeMs: number;
  readonly tone?: ToastOptions['tone'];
  /** Something else on the page announces the message. */
  readonly announced?: boolean;
  readonly onUndo: () => void;
  /** The toast has gone without an undo: its time is over, or the person has closed it. */
  readonly onExpire?: () => void;
}

/** What can be undone by a key, the newest last. */
const open: (() => void)[] = [];

const onKeyDown = (event: KeyboardEvent): void => {
  if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey)) return;
  if (event.shiftKey || event.altKey || event.defaultPrevented) return;
  // There it undoes what was typed.
  if (isTyping(event.target) || isForDialog(event)) return;
  const newest = open.at(-1);
  if (newest === undefined) return;
  event.preventDefault();
  newest();
};

const forget = (undo: () => void): void => {
  const index = open.indexOf(undo);
  if (index >= 0) open.splice(index, 1);
  if (open.length === 0) document.removeEventListener('keydown', onKeyDown);
};

/**
 * Says what was done, with a button that undoes it; Ctrl or Cmd with Z undoes the newest. The time stands still while the
 * pointer or the focus is on it. Returns what takes it away.
 */
export const showUndo = ({
  message,
  undo,
  timeMs,
  tone = 'info',
  announced = false,
  onUndo,
  onExpire,
}: UndoToast): (() => void) => {
  let isOver = false;
  const end = (): boolean => {
    if (isOver) return false;
    isOver = true;
    forget(take);
    return true;
  };
  const take = () => {
    if (!end()) return;
    hide();
    onUndo();
  };
  if (open.length === 0) document.addEventListener('keydown', onKeyDown);
  open.push(take);
  const shown = toast({
    autoClose: timeMs,
    tone,
    ...(announced ? { role: 'group' as const } : {}),
    message: (
      <section className={classes.root} aria-label={message}>
        <span className={classes.message}>{message}</span>
        <Button
          size="compact-sm"
          variant="default"
          className={classes.undo}
          aria-keyshortcuts="Control+Z Meta+Z"
          onClick={take}
        >
          {undo}
        </Button>
      </section>
    ),
    onClose: () => {
      if (end()) onExpire?.();
    },
  });
  const hide = () => void shown.then((close) => close());
  return () => {
    end();
    hide();
  };
};
