'use client';

import { UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { ExportDialog } from '../../../shared/export/export-dialog';
import { EXPORT } from '../../../shared/export/messages';
import { csvSeparator } from '../../../shared/export/save-file';
import room from '../../../shared/room/room.module.css';
import { useApi } from '../../../shared/session/context';
import { useRoomText } from '../../../shared/text/text';
import type { UserFilter } from '../use-users';

/** Saves the users of the list, all its pages, as a file. */
export const ExportUsers = ({ filter }: { filter: UserFilter }) => {
  const words = useRoomText(EXPORT);
  const api = useApi();
  const [asked, setAsked] = useState(false);
  const { search, role, status, tenantId } = filter;
  return (
    <>
      <UnstyledButton className={room.link} onClick={() => setAsked(true)}>
        {words.action}
      </UnstyledButton>
      {asked && (
        <ExportDialog
          title={words.users.title}
          fileName="users.csv"
          load={() =>
            api.download('GET', '/users/export', {
              query: {
                search: search === '' ? undefined : search,
                role: role ?? undefined,
                status: status ?? undefined,
                tenant_id: tenantId ?? undefined,
                separator: csvSeparator(),
              },
            })
          }
          onClose={() => setAsked(false)}
        >
          <strong>{words.users.all}</strong>
        </ExportDialog>
      )}
    </>
  );
};
