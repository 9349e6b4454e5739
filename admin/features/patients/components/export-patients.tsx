'use client';

import { ExportAction } from '../../../shared/export/export-action';
import { EXPORT } from '../../../shared/export/messages';
import { csvSeparator } from '../../../shared/export/save-file';
import { useApi } from '../../../shared/session/context';
import { useRoomText } from '../../../shared/text/text';

/** Saves the patients of the list, all its pages, as a file. */
export const ExportPatients = ({ search, archived }: { search: string; archived: boolean }) => {
  const words = useRoomText(EXPORT).patients;
  const api = useApi();
  const all = archived ? words.allWithArchived : words.all;
  return (
    <ExportAction
      title={words.title}
      fileName="patients.csv"
      load={() =>
        api.download('POST', '/patients/export', { body: { search, archived, separator: csvSeparator() } })
      }
    >
      {search === '' ? all : words.found}
    </ExportAction>
  );
};
