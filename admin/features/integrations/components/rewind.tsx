'use client';

import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { Confirm } from '../../../shared/components/confirm';
import { toast } from '../../../shared/components/toast';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { rewindOf } from '../model/webhook-state';
import { useRewind, type Webhook } from '../queries/use-webhooks';

const readSeq = (typed: string): number | null => {
  const seq = Number(typed.trim());
  return typed.trim() !== '' && Number.isSafeInteger(seq) && seq >= 1 ? seq : null;
};

/** Chooses the event from which an endpoint gets events again, and says which are repeated or skipped. */
export const Rewind = ({
  row,
  head,
  onClose,
}: {
  row: Webhook;
  head: number | null;
  onClose: () => void;
}) => {
  const text = useText();
  const { rewind: words, told } = useRoomText(INTEGRATIONS).webhooks;
  const formats = useFormats();
  const rewind = useRewind(row.id);
  const [typed, setTyped] = useState(String(Math.max(1, row.position)));
  const [wasChecked, setChecked] = useState(false);
  const seq = readSeq(typed);
  const newest = head === null ? row.position : Math.max(head, row.position);
  const isInvalid = seq === null || (head !== null && seq > newest);
  const effect = isInvalid ? null : rewindOf(seq, row.position);
  const confirm = () => {
    setChecked(true);
    if (isInvalid) return;
    rewind.mutate(seq, {
      onSuccess: () => {
        onClose();
        void toast({
          tone: 'success',
          message: formatMessage(told.rewound, { seq: formats.number(seq) }),
        });
      },
    });
  };
  const refused = hasCode(rewind.error, 'validation_failed');
  return (
    <Confirm
      title={words.title}
      hint={words.hint}
      action={words.confirm}
      color="ward"
      pending={rewind.isPending}
      failure={rewind.error && (refused ? words.unknown : describeFailure(rewind.error, text))}
      onConfirm={confirm}
      onClose={onClose}
    >
      <TextInput
        label={words.seq}
        description={formatMessage(words.range, { newest: formats.number(newest) })}
        inputMode="numeric"
        autoComplete="off"
        value={typed}
        error={
          wasChecked && isInvalid
            ? formatMessage(words.invalid, { newest: formats.number(newest) })
            : undefined
        }
        disabled={rewind.isPending}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <p role="status">
        {effect &&
          formatMessage(words.effects[effect.kind], {
            n: 'events' in effect ? effect.events : 0,
            formatted: formats.number('events' in effect ? effect.events : 0),
            position: formats.number(row.position),
          })}
      </p>
      {row.status === 'disabled' && <p>{words.whileDisabled}</p>}
    </Confirm>
  );
};
