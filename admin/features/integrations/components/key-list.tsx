'use client';

import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { Notice } from '../../../shared/components/notice';
import { lazily } from '../../../shared/lazily';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { type IntegrationKey, useKeys } from '../queries/use-keys';
import type { CreateForm } from './create-form';
import { KeyPanel } from './key-panel';
import { ListSheet } from './list-sheet';
import { useKeyColumns } from './use-key-columns';
import { useOpenRow } from './use-open-row';

const CreateKey = lazily(async () => (await import('./create-key')).CreateKey);

const NO_ROWS: readonly IntegrationKey[] = [];

/** The integration keys of the clinic. */
export const KeyList = ({ isCreating, setCreating }: CreateForm) => {
  const words = useRoomText(INTEGRATIONS).keys;
  const formats = useFormats();
  const polled = useKeys();
  const columns = useKeyColumns();
  const { openId, open, close, grid } = useOpenRow();
  const rows = polled.data ?? NO_ROWS;
  return (
    <>
      <ListSheet
        handle={grid}
        label={words.list}
        polled={polled}
        rows={rows}
        columns={columns}
        openId={openId}
        empty={
          <Notice icon={IconKey} {...words.empty}>
            <Button onClick={() => setCreating(true)}>{words.create}</Button>
          </Notice>
        }
        status={formatMessage(words.shown, { n: rows.length, formatted: formats.number(rows.length) })}
        onOpen={(row) => open(row.id)}
      />
      {openId !== null && (
        <KeyPanel
          key={openId}
          row={rows.find(({ id }) => id === openId)}
          isLoaded={polled.data !== undefined}
          onClose={close}
        />
      )}
      {isCreating && (
        <CreateKey
          onClose={(created) => {
            setCreating(false);
            if (created) open(created.id);
          }}
        />
      )}
    </>
  );
};
