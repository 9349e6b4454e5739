'use client';

import { Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Password } from '@wardbell/contract/user';
import { describeFailure } from '../../shared/api/describe-failure';
import { PasswordField } from '../../shared/components/password-field';
import { toast } from '../../shared/components/toast';
import { FormDrawer, failureBeside, markRefused } from '../../shared/forms/form-drawer';
import { useApi } from '../../shared/session/context';
import { useRoomText, useText } from '../../shared/text/text';
import { ACCOUNT } from './messages';

/** Changes the own password, for which the present one is needed. */
export const OwnPassword = ({ onClose }: { onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(ACCOUNT);
  const api = useApi();
  const form = useForm({
    initialValues: { current: '', next: '' },
    validate: {
      current: (value) => (value === '' ? words.errors.required : null),
      next: (value) => (Password.safeParse(value).success ? null : words.errors.length),
    },
  });
  const save = useMutation({
    mutationFn: ({ current, next }: typeof form.values) =>
      api.call('POST', '/auth/password', { body: { current_password: current, new_password: next } }),
    gcTime: 0, // the variables of a mutation stay in the cache
    onSuccess: () => {
      void toast({ tone: 'success', message: words.changed });
      onClose();
    },
    onError: (error) => markRefused(form, error, (code) => refusedFields(code, words.errors)),
  });
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
        <PasswordField
          label={words.current}
          autoComplete="current-password"
          disabled={save.isPending}
          data-autofocus
          {...form.getInputProps('current')}
        />
        <PasswordField
          label={words.next}
          description={words.nextHint}
          autoComplete="new-password"
          disabled={save.isPending}
          {...form.getInputProps('next')}
        />
      </Stack>
    </FormDrawer>
  );
};

const refusedFields = (code: string, words: { readonly wrong: string; readonly weak: string }) => {
  if (code === 'wrong_password') return { current: words.wrong };
  return code === 'weak_password' ? { next: words.weak } : {};
};
