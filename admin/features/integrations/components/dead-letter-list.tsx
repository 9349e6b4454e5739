'use client';

import { Button } from '@mantine/core';
import { IconMailOff } from '@tabler/icons-react';
import { useState } from 'react';
import { Notice } from '../../../shared/components/notice';
import { lazily } from '../../../shared/lazily';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { type DeadLetter, useDeadLetters } from '../queries/use-dead-letters';
import { DeadLetterPanel } from './dead-letter-panel';
import classes from './integrations-room.module.css';
import { ListSheet } from './list-sheet';
import { useDeadLetterColumns } from './use-dead-letter-columns';
import { useOpenRow } from './use-open-row';

const RetryAll = lazily(async () => (await import('./end-dead-letter')).RetryAll);

const NO_ROWS: readonly DeadLetter[] = [];

/** Events that could not be delivered to a webhook or published for a broker. */
export const DeadLetterList = () => {
  const words = useRoomText(INTEGRATIONS).deadLetters;
  const formats = useFormats();
  const polled = useDeadLetters();
  const columns = useDeadLetterColumns();
  const { openId, open, close, grid } = useOpenRow();
  const [isRetryingAll, setRetryingAll] = useState(false);
  const rows = polled.data?.rows ?? NO_ROWS;
  const count = { n: rows.length, formatted: formats.number(rows.length) };
  return (
    <>
      <ListSheet
        handle={grid}
        label={words.list}
        polled={polled}
        rows={rows}
        columns={columns}
        openId={openId}
        empty={<Notice icon={IconMailOff} {...words.empty} />}
        status={
          rows.length > 0 && (
            <span className={classes.statusRow}>
              {formatMessage(polled.data?.complete ? words.shown : words.shownFirst, count)}
              <Button size="compact-sm" variant="light" onClick={() => setRetryingAll(true)}>
                {words.retryAll.action}
              </Button>
            </span>
          )
        }
        onOpen={(row) => open(row.id)}
      />
      {openId !== null && (
        <DeadLetterPanel
          key={openId}
          row={rows.find(({ id }) => id === openId)}
          isLoaded={polled.data !== undefined}
          onClose={close}
        />
      )}
      {isRetryingAll && <RetryAll rows={rows} onClose={() => setRetryingAll(false)} />}
    </>
  );
};
