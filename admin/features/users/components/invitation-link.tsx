'use client';

import type { Invitation } from '@wardbell/contract';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { linkOf } from '../use-invite';
import { HandOver } from './hand-over';

/** The link of an invitation, shown once. */
export const InvitationLink = ({
  name,
  invitation,
  onDone,
}: {
  name: string;
  invitation: Invitation;
  onDone: () => void;
}) => {
  const words = useRoomText(USERS).invitation;
  const formats = useFormats();
  return (
    <HandOver
      title={formatMessage(words.title, { name })}
      hint={formatMessage(words.hint, { time: formats.dateTime(invitation.expires_at) })}
      label={words.label}
      secret={linkOf(invitation.token)}
      onDone={onDone}
    />
  );
};
