'use client';

import { Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { describeFailure } from '../api/describe-failure';
import { FailureAlert } from '../components/failure-alert';
import { useRoomText, useText } from '../text/text';
import { EXPORT } from './messages';
import { saveFile } from './save-file';

interface ExportDialogProps {
  readonly title: string;
  readonly fileName: string;
  readonly load: () => Promise<Blob>;
  /** What may be chosen. */
  readonly children?: ReactNode;
  readonly onClose: () => void;
}

/** Says what a file of a list is and who may read it, and saves it. Mount it to open it. */
export const ExportDialog = ({ title, fileName, load, children, onClose }: ExportDialogProps) => {
  const text = useText();
  const words = useRoomText(EXPORT);
  const save = useMutation({
    mutationFn: load,
    onSuccess: (content) => {
      saveFile(content, fileName);
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      <Stack gap="sm">
        <FailureAlert failure={save.error && describeFailure(save.error, text)} />
        {children}
        <span>{words.hint}</span>
        <Group justify="flex-end">
          <Button variant="default" disabled={save.isPending} onClick={onClose}>
            {text.app.cancel}
          </Button>
          <Button data-autofocus loading={save.isPending} onClick={() => save.mutate()}>
            {words.save}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
