'use client';

import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { Confirm } from '../../../shared/components/confirm';
import { toast } from '../../../shared/components/toast';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { type DeadLetter, useDeleteDeadLetter, useRetryAll } from '../queries/use-dead-letters';

/** Asks before an event is given up. */
export const DeleteDeadLetter = ({
  row,
  onClose,
  onDeleted,
}: {
  row: DeadLetter;
  onClose: () => void;
  onDeleted: () => void;
}) => {
  const text = useText();
  const { remove: words, told } = useRoomText(INTEGRATIONS).deadLetters;
  const remove = useDeleteDeadLetter(row.id);
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
      hint={words.hints[row.origin]}
      action={words.confirm}
      pending={remove.isPending}
      failure={remove.error && describeFailure(remove.error, text)}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
};

/** Retries the dead letters that are in the list when the dialog opens. */
export const RetryAll = ({ rows, onClose }: { rows: readonly DeadLetter[]; onClose: () => void }) => {
  const text = useText();
  const { retryAll: words } = useRoomText(INTEGRATIONS).deadLetters;
  const formats = useFormats();
  const [letters] = useState(rows);
  const retry = useRetryAll(letters);
  const confirm = () =>
    retry.mutate(undefined, {
      onSuccess: ({ accepted, refused }) => {
        onClose();
        void toast({
          tone: refused > 0 ? 'warning' : 'success',
          message: formatMessage(words.done, {
            accepted: formats.number(accepted),
            n: refused,
            refused: formats.number(refused),
          }),
        });
      },
    });
  return (
    <Confirm
      title={formatMessage(words.title, { n: letters.length, formatted: formats.number(letters.length) })}
      hint={words.hint}
      action={words.confirm}
      color="ward"
      pending={retry.isPending}
      failure={retry.error && describeFailure(retry.error, text)}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
};
