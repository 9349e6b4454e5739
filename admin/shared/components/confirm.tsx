import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Described } from '../api/describe-failure';
import { useText } from '../text/text';
import { FailureAlert } from './failure-alert';

/** Asks before something is done that others will feel; the safe answer has the focus. Mount it to open it. */
export const Confirm = ({
  title,
  hint,
  action,
  color = 'red.8',
  pending,
  failure,
  children,
  onConfirm,
  onClose,
}: {
  title: string;
  hint: string;
  /** What the button that does it says. */
  action: string;
  color?: string;
  pending: boolean;
  failure: Described | null;
  children?: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
}) => {
  const text = useText();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      size="md"
      closeButtonProps={{ 'aria-label': text.app.close }}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      <FailureAlert failure={failure} />
      <p>{hint}</p>
      {children}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} disabled={pending} data-autofocus>
          {text.app.cancel}
        </Button>
        <Button color={color} onClick={onConfirm} loading={pending}>
          {action}
        </Button>
      </Group>
    </Modal>
  );
};
