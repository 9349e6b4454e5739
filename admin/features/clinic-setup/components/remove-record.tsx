import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { Confirm } from '../../../shared/components/confirm';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { CLINIC_SETUP_WORDS } from '../messages';
import { type Kind, useRemoveRecord, type Versioned } from '../use-setup-writes';

/** Asks before something is deleted, and says why it cannot be. */
export const RemoveRecord = ({
  kind,
  name,
  row,
  onClose,
}: {
  kind: Kind | 'absences';
  name: string;
  row: Versioned;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(CLINIC_SETUP_WORDS);
  const remove = useRemoveRecord(kind);
  const failure =
    remove.error &&
    (hasCode(remove.error, 'record_in_use')
      ? { title: words.errors.inUse, hint: words.errors.inUseHint }
      : describeFailure(remove.error, text));
  return (
    <Confirm
      title={formatMessage(words.removeTitle, { name })}
      hint={words.removeHint}
      action={words.removeAction}
      pending={remove.isPending}
      failure={failure}
      onConfirm={() => remove.mutate(row, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
};
