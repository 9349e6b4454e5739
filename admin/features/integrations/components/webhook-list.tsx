'use client';

import { Button } from '@mantine/core';
import { IconWebhook } from '@tabler/icons-react';
import { Notice } from '../../../shared/components/notice';
import { lazily } from '../../../shared/lazily';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { useWebhooks, type Webhook } from '../queries/use-webhooks';
import type { CreateForm } from './create-form';
import { ListSheet } from './list-sheet';
import { useOpenRow } from './use-open-row';
import { useWebhookColumns } from './use-webhook-columns';
import { WebhookPanel } from './webhook-panel';

const CreateWebhook = lazily(async () => (await import('./create-webhook')).CreateWebhook);

const NO_ROWS: readonly Webhook[] = [];

/** The webhooks of the clinic with their delivery state. */
export const WebhookList = ({ isCreating, setCreating }: CreateForm) => {
  const words = useRoomText(INTEGRATIONS).webhooks;
  const formats = useFormats();
  const polled = useWebhooks();
  const head = polled.data?.head ?? null;
  const columns = useWebhookColumns(head);
  const { openId, open, close, grid } = useOpenRow();
  const rows = polled.data?.rows ?? NO_ROWS;
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
          <Notice icon={IconWebhook} {...words.empty}>
            <Button onClick={() => setCreating(true)}>{words.create}</Button>
          </Notice>
        }
        status={formatMessage(words.shown, { n: rows.length, formatted: formats.number(rows.length) })}
        onOpen={(row) => open(row.id)}
      />
      {openId !== null && (
        <WebhookPanel
          key={openId}
          row={rows.find(({ id }) => id === openId)}
          head={head}
          isLoaded={polled.data !== undefined}
          onClose={close}
        />
      )}
      {isCreating && (
        <CreateWebhook
          onClose={(created) => {
            setCreating(false);
            if (created) open(created.id);
          }}
        />
      )}
    </>
  );
};
