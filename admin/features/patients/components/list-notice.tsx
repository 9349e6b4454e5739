'use client';

import { Button, Group } from '@mantine/core';
import { IconSearchOff, IconUserPlus } from '@tabler/icons-react';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Link } from '../../../shared/components/link';
import { Notice } from '../../../shared/components/notice';
import classes from '../../../shared/room/room.module.css';
import { useMe } from '../../../shared/session/context';
import { useRoomText, useText } from '../../../shared/text/text';
import { IMPORT } from '../import/messages';
import { PATIENT_FORM } from '../messages';

/** What stands in the place of the list when it has no rows: why, and what to do. */
export const ListNotice = ({
  error,
  searched,
  onRetry,
  onCreate,
  onClear,
}: {
  error: Error | null;
  searched: boolean;
  onRetry: () => void;
  onCreate: () => void;
  onClear: () => void;
}) => {
  const { patients: words } = useText();
  const { title: importTitle } = useRoomText(IMPORT);
  const isAdmin = useMe().role === 'tenant_admin';
  const { empty, nothingFound } = useRoomText(PATIENT_FORM).list;
  return (
    <div className={classes.notice} role="status">
      {error ? (
        <FailureNotice error={error} onRetry={onRetry} />
      ) : searched ? (
        <Notice icon={IconSearchOff} {...nothingFound}>
          <Button variant="light" onClick={onClear}>
            {words.clearSearch}
          </Button>
        </Notice>
      ) : (
        <Notice icon={IconUserPlus} {...empty}>
          <Group justify="center" gap="xs">
            <Button onClick={onCreate}>{words.create}</Button>
            {isAdmin && (
              <Button component={Link} href="/patients/?import=1" variant="default">
                {importTitle}
              </Button>
            )}
          </Group>
        </Notice>
      )}
    </div>
  );
};
