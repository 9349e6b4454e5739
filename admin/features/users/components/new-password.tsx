'use client';

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
import { BY_LINK, passwordOf, type StartDraft } from '../model/start';
import { makeStartPassword } from '../model/start-password';
import { useRememberUser } from '../use-change-user';
import { useInvite } from '../use-invite';
import { HandOver } from './hand-over';
import { InvitationLink } from './invitation-link';
import { PasswordChoice } from './password-choice';

/** Gives a person a link to choose a new password by, or gives the account another password in the place of the present one. */
export const NewPassword = ({ user, onClose }: { user: User; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(USERS);
  const api = useApi();
  const remember = useRememberUser();
  const invite = useInvite();
  const [made] = useState(makeStartPassword);
  const [shown, setShown] = useState(false);
  const form = useForm<{ start: StartDraft }>({
    mode: 'controlled',
    initialValues: { start: BY_LINK },
    validate: {
      start: ({ way, password }) =>
        way !== 'typed' || Password.safeParse(password).success ? null : words.form.errors.password,
    },
  });
  const save = useMutation({
    mutationFn: (password: string) =>
      api.call('PATCH', '/users/:id', { params: { id: user.id }, body: { password } }),
    onSuccess: (saved, password) => {
      remember(saved);
      if (password === made) setShown(true);
      else onClose();
    },
    onError: (error) =>
      markRefused(form, error, (code) =>
        code === 'weak_password' ? { start: words.form.errors.weakPassword } : {},
      ),
  });
  const submit = ({ start }: { start: StartDraft }) => {
    const password = passwordOf(start, made);
    if (password === null) invite.mutate(user.id);
    else save.mutate(password);
  };
  const { name } = user;
  if (invite.data) return <InvitationLink name={name} invitation={invite.data} onDone={onClose} />;
  if (shown)
    return (
      <HandOver
        title={formatMessage(words.startPassword.title, { name })}
        hint={words.startPassword.hint}
        label={words.startPassword.label}
        secret={made}
        isShort
        onDone={onClose}
      />
    );
  const { start } = form.values;
  const error = form.errors.start;
  const isPending = save.isPending || invite.isPending;
  return (
    <FormDrawer
      title={formatMessage(words.passwordForm.title, { name })}
      submitLabel={start.way === 'link' ? words.passwordForm.makeLink : words.passwordForm.save}
      form={form}
      pending={isPending}
      failure={failureBeside(form, start.way === 'link' ? invite.error : save.error, (failed) =>
        describeUserFailure(failed, text, words),
      )}
      onSubmit={submit}
      onClose={onClose}
    >
      <PasswordChoice
        value={start}
        error={typeof error === 'string' ? error : undefined}
        disabled={isPending}
        onChange={(value) => form.setFieldValue('start', value)}
      />
      <p>{start.way === 'link' ? words.passwordForm.linkHint : words.passwordForm.hint}</p>
    </FormDrawer>
  );
};
