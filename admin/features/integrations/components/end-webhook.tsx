'use client';

import { describeFailure } from '../../../shared/api/describe-failure';
import { Confirm } from '../../../shared/components/confirm';
import { toast } from '../../../shared/components/toast';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { useChangeWebhook, useDeleteWebhook, type Webhook } from '../queries/use-webhooks';

/** Asks before an endpoint gets no more events until it is enabled. */
export const DisableWebhook = ({ row, onClose }: { row: Webhook; onClose: () => void }) => {
  const text = useText();
  const { disable: words, told } = useRoomText(INTEGRATIONS).webhooks;
  const change = useChangeWebhook(row.id);
  const confirm = () =>
    change.mutate(
      { body: { status: 'disabled' } },
      {
        onSuccess: () => {
          onClose();
          void toast({ tone: 'success', message: told.disabled });
        },
      },
    );
  return (
    <Confirm
      title={words.title}
      hint={words.hint}
      action={words.confirm}
      pending={change.isPending}
      failure={change.error && describeFailure(change.error, text)}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
};

/** Asks before a webhook is deleted with its history. */
export const DeleteWebhook = ({
  row,
  onClose,
  onDeleted,
}: {
  row: Webhook;
  onClose: () => void;
  onDeleted: () => void;
}) => {
  const text = useText();
  const { remove: words, told } = useRoomText(INTEGRATIONS).webhooks;
  const remove = useDeleteWebhook(row.id);
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        onDeleted();
        void toast({ tone: 'success', message: told.deleted });
      },
    });
  return (
    <Confirm
      title={words.title}
      hint={words.hint}
      action={words.confirm}
      pending={remove.isPending}
      failure={remove.error && describeFailure(remove.error, text)}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
};
