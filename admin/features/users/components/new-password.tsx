'use client';

import { Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { User } from '@wardbell/contract';
import { Password } from '@wardbell/contract/user';
import { useState } from 'react';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useApi } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { describeUserFailure } from '../model/failure';
import { makeStartPassword } from '../model/start-password';
import { useRememberUser } from '../use-change-user';
import { PasswordChoice } from './password-choice';
import { StartPassword } from './start-password';

/** Gives an account another password; whatever it was, it no longer works. */
export const NewPassword = ({ user, onClose }: { user: User; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(USERS);
  const api = useApi();
  const remember = useRememberUser();
  const [made] = useState(makeStartPassword);
  const [shown, setShown] = useState(false);
  const form = useForm<{ password: string | null }>({
    mode: 'controlled',
    initialValues: { password: null },
    validate: {
      password: (value) =>
        value === null || Password.safeParse(value).success ? null : words.form.errors.password,
    },
  });
  const save = useMutation({
    mutationFn: (password: string | null) =>
      api.call('PATCH', '/users/:id', { params: { id: user.id }, body: { password: password ?? made } }),
    onSuccess: (saved, password) => {
      remember(saved);
      if (password === null) setShown(true);
      else onClose();
    },
    onError: (error) =>
      markRefused(form, error, (code) =>
        code === 'weak_password' ? { password: words.form.errors.weakPassword } : {},
      ),
  });
  if (shown) return <StartPassword name={user.name} password={made} onDone={onClose} />;
  const error = form.errors.password;
  return (
    <FormDrawer
      title={formatMessage(words.passwordForm.title, { name: user.name })}
      submitLabel={words.passwordForm.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (failed) => describeUserFailure(failed, text, words))}
      onSubmit={({ password }) => save.mutate(password)}
      onClose={onClose}
    >
      <Text size="sm" mb="md">
        {words.passwordForm.hint}
      </Text>
      <PasswordChoice
        value={form.values.password}
        error={typeof error === 'string' ? error : undefined}
        disabled={save.isPending}
        onChange={(password) => form.setFieldValue('password', password)}
      />
    </FormDrawer>
  );
};
