'use client';

import { Button, Group, Modal } from '@mantine/core';
import { CopyButton } from '../../../shared/components/copy-button';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import classes from './hand-over.module.css';

/**
 * A secret that was just made for somebody, this once: a start password or the link of an invitation. Only the button closes it,
 * so that no slip loses it.
 */
export const HandOver = ({
  title,
  hint,
  label,
  secret,
  isLong = false,
  onDone,
}: {
  title: string;
  hint: string;
  label: string;
  secret: string;
  /** Breaks over lines. */
  isLong?: boolean;
  onDone: () => void;
}) => {
  const text = useText();
  const words = useRoomText(USERS).handOver;
  return (
    <Modal
      opened
      onClose={onDone}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': text.app.close }}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      <p>{hint}</p>
      <div className={classes.row}>
        <output className={classes.secret} data-long={isLong || undefined} aria-label={label}>
          {secret}
        </output>
        <CopyButton value={secret} words={words} />
      </div>
      <Group justify="flex-end">
        <Button onClick={onDone}>{words.done}</Button>
      </Group>
    </Modal>
  );
};
