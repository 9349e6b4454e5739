'use client';

import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../text/text';
import { CopyButton } from './copy-button';
import classes from './secret-dialog.module.css';

interface SecretDialogProps {
  readonly title: string;
  readonly hint: string;
  /** Names the secret. */
  readonly label: string;
  readonly secret: string;
  readonly words: {
    readonly copy: string;
    readonly copied: string;
    readonly notCopied: string;
    readonly done: string;
  };
  /** Short enough for one line, in large letters. */
  readonly isShort?: boolean;
  readonly size?: 'md' | 'lg';
  readonly children?: ReactNode;
  readonly onDone: () => void;
}

/**
 * A secret that is shown this once: a key, a link or a start password. Neither Escape nor a click beside the dialog closes it, so
 * that no slip loses it.
 */
export const SecretDialog = ({
  title,
  hint,
  label,
  secret,
  words,
  isShort = false,
  size = 'md',
  children,
  onDone,
}: SecretDialogProps) => (
  <Modal
    opened
    onClose={onDone}
    closeOnClickOutside={false}
    closeOnEscape={false}
    title={title}
    centered
    size={size}
    closeButtonProps={{ 'aria-label': useText().app.close }}
    styles={{ title: { overflowWrap: 'anywhere' } }}
  >
    <p>{hint}</p>
    <div className={classes.row}>
      <output className={classes.secret} data-short={isShort || undefined} aria-label={label}>
        {secret}
      </output>
      <CopyButton value={secret} words={words} />
    </div>
    {children}
    <Group justify="flex-end" mt="lg">
      <Button onClick={onDone}>{words.done}</Button>
    </Group>
  </Modal>
);
