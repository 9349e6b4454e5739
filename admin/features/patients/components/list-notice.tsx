'use client';

import { Button, Group } from '@mantine/core';
import { IconSearchOff, IconUserPlus } from '@tabler/icons-react';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Link } from '../../../shared/components/link';
import { Notice } from '../../../shared/components/notice';
import classes from '../../../shared/room/room.module.css';
import { useMe } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { IMPORT } from '../import/messages';
import { PATIENT_FORM } from '../messages';

/** What stands in the place of the list when it has no rows: why, and what to do. */
export const ListNotice = ({
  error,
  search,
  onRetry,
  onCreate,
  onClear,
  onArchived,
}: {
  error: Error | null;
  /** What was searched for; empty: nothing. */
  search: string;
  onRetry: () => void;
  onCreate: (typed: string) => void;
  onClear: () => void;
  /** Looks among archived patients, too; null: that was done. */
  onArchived: (() => void) | null;
}) => {
  const { patients: words } = useText();
  const { title: importTitle } = useRoomText(IMPORT);
  const isAdmin = useMe().role === 'tenant_admin';
  const { list, archive } = useRoomText(PATIENT_FORM);
  const { empty, nothingFound, register } = list;
  return (
    <div className={classes.notice} role="status">
      {error ? (
        <FailureNotice error={error} onRetry={onRetry} />
      ) : search !== '' ? (
        <Notice icon={IconSearchOff} {...nothingFound}>
          <Button onClick={() => onCreate(search)}>{formatMessage(register, { typed: search })}</Button>
          <Button variant="light" onClick={onClear}>
            {words.clearSearch}
          </Button>
          {onArchived && (
            <Button variant="light" onClick={onArchived}>
              {archive.search}
            </Button>
          )}
        </Notice>
      ) : (
        <Notice icon={IconUserPlus} {...empty}>
          <Group justify="center" gap="xs">
            <Button onClick={() => onCreate('')}>{words.create}</Button>
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
