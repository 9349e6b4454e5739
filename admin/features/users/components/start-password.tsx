'use client';

import { Button, Group, Modal } from '@mantine/core';
import { CopyButton } from '../../../shared/components/copy-button';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import classes from './start-password.module.css';

/** A password that was just set, this once. Only the button closes it, so that no slip loses it. */
export const StartPassword = ({
  name,
  password,
  onDone,
}: {
  name: string;
  password: string;
  onDone: () => void;
}) => {
  const text = useText();
  const words = useRoomText(USERS).startPassword;
  return (
    <Modal
      opened
      onClose={onDone}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={formatMessage(words.title, { name })}
      centered
      closeButtonProps={{ 'aria-label': text.app.close }}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      <p>{words.hint}</p>
      <div className={classes.row}>
        <output className={classes.password} aria-label={words.label}>
          {password}
        </output>
        <CopyButton value={password} words={words} />
      </div>
      <Group justify="flex-end">
        <Button onClick={onDone}>{words.done}</Button>
      </Group>
    </Modal>
  );
};
