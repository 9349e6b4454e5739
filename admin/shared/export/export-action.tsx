'use client';

import { UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import room from '../room/room.module.css';
import { useRoomText } from '../text/text';
import { ExportDialog } from './export-dialog';
import { EXPORT } from './messages';

interface ExportActionProps {
  readonly title: string;
  readonly fileName: string;
  readonly load: () => Promise<Blob>;
  /** What is in the file. */
  readonly children: ReactNode;
}

/** The button at a list that saves all its pages as a file, and its dialog. */
export const ExportAction = ({ children, ...dialog }: ExportActionProps) => {
  const words = useRoomText(EXPORT);
  const [asked, setAsked] = useState(false);
  return (
    <>
      <UnstyledButton className={room.link} onClick={() => setAsked(true)}>
        {words.action}
      </UnstyledButton>
      {asked && (
        <ExportDialog {...dialog} onClose={() => setAsked(false)}>
          <strong>{children}</strong>
        </ExportDialog>
      )}
    </>
  );
};
