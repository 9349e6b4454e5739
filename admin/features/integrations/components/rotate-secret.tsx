'use client';

import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { Confirm } from '../../../shared/components/confirm';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { useRotateSecret, type Webhook } from '../queries/use-webhooks';
import { ShownOnce } from './shown-once';

/** Asks before the secret is replaced, and then shows the new one, once. */
export const RotateSecret = ({ row, onClose }: { row: Webhook; onClose: () => void }) => {
  const text = useText();
  const { rotate: words, secret, failed } = useRoomText(INTEGRATIONS).webhooks;
  const formats = useFormats();
  const rotate = useRotateSecret(row.id);
  if (rotate.data) {
    return (
      <ShownOnce
        title={secret.title}
        hint={formatMessage(words.done, { time: formats.dateTime(rotate.data.old_secret_expires_at) })}
        label={secret.label}
        copyLabel={secret.copy}
        secret={rotate.data.secret}
        onDone={onClose}
      />
    );
  }
  return (
    <Confirm
      title={words.title}
      hint={words.hint}
      action={words.confirm}
      color="ward"
      pending={rotate.isPending}
      failure={
        rotate.error &&
        (hasCode(rotate.error, 'too_many_objects')
          ? failed.tooManySecrets
          : describeFailure(rotate.error, text))
      }
      onConfirm={() => rotate.mutate(undefined)}
      onClose={onClose}
    />
  );
};
