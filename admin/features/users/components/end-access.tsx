'use client';

import type { User } from '@wardbell/contract';
import { Confirm } from '../../../shared/components/confirm';
import { toast } from '../../../shared/components/toast';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { describeUserFailure } from '../model/failure';
import { useChangeUser, useDeleteUser } from '../use-change-user';

/** Asks before a person is locked out until somebody enables them again. */
export const DisableUser = ({ user, onClose }: { user: User; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(USERS);
  const change = useChangeUser(user);
  const disable = () =>
    change.mutate(
      { status: 'disabled' },
      {
        onSuccess: () => {
          onClose();
          void toast({ tone: 'success', message: formatMessage(words.told.disabled, { name: user.name }) });
        },
      },
    );
  return (
    <Confirm
      title={formatMessage(words.disable.title, { name: user.name })}
      hint={words.disable.hint}
      action={words.disable.confirm}
      pending={change.isPending}
      failure={change.error && describeUserFailure(change.error, text, words)}
      onConfirm={disable}
      onClose={onClose}
    />
  );
};

/** Asks before an account goes for good. */
export const DeleteUser = ({
  user,
  onClose,
  onDeleted,
}: {
  user: User;
  onClose: () => void;
  onDeleted: () => void;
}) => {
  const text = useText();
  const words = useRoomText(USERS);
  const remove = useDeleteUser(user);
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        onDeleted();
        void toast({ tone: 'success', message: formatMessage(words.told.deleted, { name: user.name }) });
      },
    });
  return (
    <Confirm
      title={formatMessage(words.remove.title, { name: user.name })}
      hint={words.remove.hint}
      action={words.remove.confirm}
      pending={remove.isPending}
      failure={remove.error && describeUserFailure(remove.error, text, words)}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
};
