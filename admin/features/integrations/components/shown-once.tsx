import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton } from '../../../shared/components/copy-button';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import classes from './integrations-room.module.css';

/** A secret that is shown this once. Neither Escape nor a click beside the dialog closes it. */
export const ShownOnce = ({
  title,
  hint,
  label,
  copyLabel,
  secret,
  children,
  onDone,
}: {
  title: string;
  hint: string;
  /** Names the secret. */
  label: string;
  copyLabel: string;
  secret: string;
  children?: ReactNode;
  onDone: () => void;
}) => {
  const text = useText();
  const words = useRoomText(INTEGRATIONS);
  return (
    <Modal
      opened
      onClose={onDone}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={title}
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': text.app.close }}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      <p>{hint}</p>
      <div className={classes.secretRow}>
        <output className={classes.secret} aria-label={label}>
          {secret}
        </output>
        <CopyButton value={secret} words={{ ...words.copy, copy: copyLabel }} />
      </div>
      {children}
      <Group justify="flex-end" mt="lg">
        <Button onClick={onDone}>{words.done}</Button>
      </Group>
    </Modal>
  );
};
