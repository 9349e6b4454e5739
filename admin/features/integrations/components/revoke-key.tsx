'use client';

import { describeFailure } from '../../../shared/api/describe-failure';
import { Confirm } from '../../../shared/components/confirm';
import { toast } from '../../../shared/components/toast';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { useRevokeKey } from '../queries/use-keys';

/** Asks before a service is locked out. */
export const RevokeKey = ({
  id,
  name,
  onClose,
  onRevoked,
}: {
  id: string;
  name: string;
  onClose: () => void;
  onRevoked: () => void;
}) => {
  const text = useText();
  const { revoke: words, revoked } = useRoomText(INTEGRATIONS).keys;
  const { mutate, isPending, error } = useRevokeKey(id);
  const confirm = () =>
    mutate(undefined, {
      onSuccess: () => {
        onRevoked();
        void toast({ tone: 'success', message: formatMessage(revoked, { name }) });
      },
    });
  return (
    <Confirm
      title={formatMessage(words.title, { name })}
      hint={words.hint}
      action={words.confirm}
      pending={isPending}
      failure={error && describeFailure(error, text)}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
};
