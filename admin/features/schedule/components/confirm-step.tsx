import { Button, Group, Modal, Textarea } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useKeptText } from '../../../shared/session/use-kept-text';
import { useRoomText, useText } from '../../../shared/text/text';
import { scheduleText } from '../messages';

const REASON_MAX = 2_000;

/**
 * Gives the focus back to where it was when this was mounted. What had it may be gone by then: the appointment that
 * was cancelled. Then the block that Tab would lead to has it, and one goes on from there.
 */
const useFocusBack = (): void => {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        const block = document.querySelector<HTMLElement>('[data-appointment][tabindex="0"]');
        const target = before instanceof HTMLElement && before.isConnected ? before : block;
        if (document.activeElement === document.body) target?.focus();
      });
    },
    [before],
  );
};

/** Asks before a step that is final, or soon will be, and says whom it is about; a cancellation is asked for its reason. */
export const ConfirmStep = ({
  kind,
  about,
  inputName,
  pending = false,
  onKeep,
  onConfirm,
}: {
  kind: 'cancel' | 'error' | 'remove';
  about: ReactNode;
  /** Under which name a lock of the screen keeps the reason. */
  inputName?: string;
  pending?: boolean;
  onKeep: () => void;
  /** With the reason as it was typed; empty when none was asked for or given. */
  onConfirm: (reason: string) => void;
}) => {
  const text = useText();
  const room = useRoomText(scheduleText);
  const words = room[kind];
  const current = useRef('');
  const kept = useKeptText(inputName, () => current.current);
  const [reason, setReason] = useState(kept);
  current.current = reason;
  useFocusBack();
  return (
    <Modal
      opened
      onClose={onKeep}
      title={words.title}
      centered
      size="sm"
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(reason.trim());
        }}
      >
        {about}
        <p>{words.hint}</p>
        {kind === 'cancel' && (
          <Textarea
            label={room.cancel.reason}
            description={room.cancel.reasonHint}
            autosize
            minRows={2}
            maxRows={6}
            maxLength={REASON_MAX}
            mb="md"
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onKeep} data-autofocus={kind === 'cancel' ? undefined : true}>
            {words.keep}
          </Button>
          <Button type="submit" color="red.8" loading={pending}>
            {words.confirm}
          </Button>
        </Group>
      </form>
    </Modal>
  );
};
