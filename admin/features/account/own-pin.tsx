'use client';

import { Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { EnteredPin, isTrivialPin } from '@wardbell/contract/pin';
import { describeFailure } from '../../shared/api/describe-failure';
import { PasswordField } from '../../shared/components/password-field';
import { toast } from '../../shared/components/toast';
import { FormDrawer, failureBeside, markRefused } from '../../shared/forms/form-drawer';
import { useApi, useSession } from '../../shared/session/context';
import { useRoomText, useText } from '../../shared/text/text';
import { ACCOUNT } from './messages';

const MAX_DIGITS = 12;

/** Sets the PIN that unlocks one's own screens, or another one. */
export const OwnPin = ({ onClose }: { onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(ACCOUNT).pin;
  const api = useApi();
  const session = useSession();
  const form = useForm({
    initialValues: { pin: '', again: '' },
    validate: {
      pin: (value) => {
        if (!EnteredPin.safeParse(value).success) return words.errors.digits;
        return isTrivialPin(value) ? words.errors.trivial : null;
      },
      again: (value, { pin }) => (value === pin ? null : words.errors.different),
    },
  });
  const save = useMutation({
    mutationFn: ({ pin }: typeof form.values) => api.call('PUT', '/auth/pin', { body: { pin } }),
    gcTime: 0, // the variables of a mutation stay in the cache
    onSuccess: () => {
      session.notePin(true);
      void toast({ tone: 'success', message: words.saved });
      onClose();
    },
    onError: (error) =>
      markRefused(form, error, (code) => (code === 'validation_failed' ? { pin: words.errors.trivial } : {})),
  });
  const field = {
    inputMode: 'numeric',
    autoComplete: 'off',
    maxLength: MAX_DIGITS,
    disabled: save.isPending,
  } as const;
  return (
    <FormDrawer
      title={words.title}
      submitLabel={words.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={(values) => save.mutate(values)}
      onClose={onClose}
    >
      <Stack gap="md">
        <Text size="sm">{words.hint}</Text>
        <PasswordField label={words.label} data-autofocus {...field} {...form.getInputProps('pin')} />
        <PasswordField label={words.again} {...field} {...form.getInputProps('again')} />
      </Stack>
    </FormDrawer>
  );
};
