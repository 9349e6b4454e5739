'use client';

import { ExportAction } from '../../../shared/export/export-action';
import { EXPORT } from '../../../shared/export/messages';
import { csvSeparator } from '../../../shared/export/save-file';
import { useApi } from '../../../shared/session/context';
import { useRoomText } from '../../../shared/text/text';
import type { UserFilter } from '../use-users';

/** Saves the users of the list, all its pages, as a file. */
export const ExportUsers = ({ filter }: { filter: UserFilter }) => {
  const words = useRoomText(EXPORT).users;
  const api = useApi();
  const { search, role, status, tenantId } = filter;
  return (
    <ExportAction
      title={words.title}
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
    >
      {words.all}
    </ExportAction>
  );
};
