'use client';

import { Button } from '@mantine/core';
import {
  IconEdit,
  IconKey,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipBack,
  IconSend,
  IconTrash,
} from '@tabler/icons-react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { toast } from '../../../shared/components/toast';
import panel from '../../../shared/panel/panel.module.css';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { useChangeWebhook, useTestWebhook, type Webhook } from '../queries/use-webhooks';

export type WebhookDialog = 'edit' | 'rewind' | 'rotate' | 'disable' | 'delete';

/** What an administrator does with a webhook. What others notice opens a dialog first. */
export const WebhookActions = ({
  row,
  onOpen,
  onTest,
}: {
  row: Webhook;
  onOpen: (dialog: WebhookDialog) => void;
  /** Called with the id of a test message. */
  onTest: (id: string) => void;
}) => {
  const text = useText();
  const words = useRoomText(INTEGRATIONS).webhooks;
  const change = useChangeWebhook(row.id);
  const test = useTestWebhook(row.id);
  const onError = (error: Error) => {
    const { title, hint } = describeFailure(error, text);
    void toast({ tone: 'error', title, message: hint });
  };
  const enable = () =>
    change.mutate(
      { body: { status: 'active' } },
      { onError, onSuccess: () => void toast({ tone: 'success', message: words.told.enabled }) },
    );
  const sendTest = () => test.mutate(undefined, { onError, onSuccess: ({ id }) => onTest(id) });
  const common = { size: 'compact-md', variant: 'light' } as const;
  return (
    <div className={panel.actions} style={{ flexWrap: 'wrap' }}>
      <Button
        {...common}
        leftSection={<IconSend size={16} aria-hidden="true" />}
        loading={test.isPending}
        onClick={sendTest}
      >
        {words.panel.test}
      </Button>
      <Button
        {...common}
        leftSection={<IconEdit size={16} aria-hidden="true" />}
        onClick={() => onOpen('edit')}
      >
        {words.panel.edit}
      </Button>
      <Button
        {...common}
        leftSection={<IconPlayerSkipBack size={16} aria-hidden="true" />}
        onClick={() => onOpen('rewind')}
      >
        {words.panel.rewind}
      </Button>
      <Button
        {...common}
        leftSection={<IconKey size={16} aria-hidden="true" />}
        onClick={() => onOpen('rotate')}
      >
        {words.panel.rotate}
      </Button>
      {row.status === 'active' ? (
        <Button
          {...common}
          leftSection={<IconPlayerPause size={16} aria-hidden="true" />}
          onClick={() => onOpen('disable')}
        >
          {words.panel.disable}
        </Button>
      ) : (
        <Button
          {...common}
          leftSection={<IconPlayerPlay size={16} aria-hidden="true" />}
          loading={change.isPending}
          onClick={enable}
        >
          {words.panel.enable}
        </Button>
      )}
      <Button
        size="compact-md"
        variant="subtle"
        color="red"
        leftSection={<IconTrash size={16} aria-hidden="true" />}
        onClick={() => onOpen('delete')}
      >
        {words.panel.delete}
      </Button>
    </div>
  );
};
