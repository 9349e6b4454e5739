'use client';

import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { describeFailure } from '../../shared/api/describe-failure';
import { hasCode } from '../../shared/api/failure';
import { FailureAlert } from '../../shared/components/failure-alert';
import { useApi } from '../../shared/session/context';
import { emergencyInput } from '../../shared/session/input-names';
import { useKeptText } from '../../shared/session/use-kept-text';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import { CARE } from './messages';

const MIN_CHARACTERS = 10;
const MAX_CHARACTERS = 500;
const MINUTES = 60;

/** Asks for the reason of an emergency access and opens the record. The request asks for a fresh sign-in by itself. */
export const EmergencyAccess = ({
  patientId,
  about,
  onClose,
  onOpened,
}: {
  patientId: string;
  about: ReactNode;
  onClose: () => void;
  onOpened: () => void;
}) => {
  const text = useText();
  const words = useRoomText(CARE).emergency;
  const api = useApi();
  const field = useRef<HTMLTextAreaElement>(null);
  const kept = useKeptText(emergencyInput(patientId), () => field.current?.value ?? '');
  const [refused, setRefused] = useState<string | null>(null);
  const open = useMutation({
    mutationFn: (reason: string) =>
      api.call('POST', '/patients/:id/break-glass', { params: { id: patientId }, body: { reason } }),
    onSuccess: onOpened,
    onError: (error) => {
      // An admin has just lifted the restriction: the record can be opened without.
      if (hasCode(error, 'not_restricted')) onOpened();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const reason = field.current?.value.trim() ?? '';
    const problem =
      reason.length < MIN_CHARACTERS ? words.tooShort : reason.length > MAX_CHARACTERS ? words.tooLong : null;
    setRefused(problem);
    if (problem === null) open.mutate(reason);
    else field.current?.focus();
  };
  const failure =
    open.error &&
    (hasCode(open.error, 'too_many_attempts') ? words.tooMany : describeFailure(open.error, text));
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      centered
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {about}
          <FailureAlert failure={failure} />
          <p style={{ margin: 0 }}>{formatMessage(words.hint, { minutes: MINUTES })}</p>
          <Textarea
            ref={field}
            defaultValue={kept}
            label={words.reason}
            description={words.reasonHint}
            error={refused}
            autosize
            minRows={3}
            maxRows={8}
            required
            disabled={open.isPending}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} disabled={open.isPending}>
              {text.app.cancel}
            </Button>
            <Button type="submit" color="red.8" loading={open.isPending}>
              {words.open}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
