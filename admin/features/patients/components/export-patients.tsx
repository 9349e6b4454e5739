'use client';

import { UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { ExportDialog } from '../../../shared/export/export-dialog';
import { EXPORT } from '../../../shared/export/messages';
import { csvSeparator } from '../../../shared/export/save-file';
import room from '../../../shared/room/room.module.css';
import { useApi } from '../../../shared/session/context';
import { useRoomText } from '../../../shared/text/text';

/** Saves the patients of the list, all its pages, as a file. */
export const ExportPatients = ({ search, archived }: { search: string; archived: boolean }) => {
  const words = useRoomText(EXPORT);
  const api = useApi();
  const [asked, setAsked] = useState(false);
  return (
    <>
      <UnstyledButton className={room.link} onClick={() => setAsked(true)}>
        {words.action}
      </UnstyledButton>
      {asked && (
        <ExportDialog
          title={words.patients.title}
          fileName="patients.csv"
          load={() =>
            api.download('POST', '/patients/export', {
              body: { search, archived, separator: csvSeparator() },
            })
          }
          onClose={() => setAsked(false)}
        >
          <strong>
            {search !== ''
              ? words.patients.found
              : archived
                ? words.patients.allWithArchived
                : words.patients.all}
          </strong>
        </ExportDialog>
      )}
    </>
  );
};
