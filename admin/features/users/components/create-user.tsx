'use client';

import { Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { User } from '@wardbell/contract';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { toast } from '../../../shared/components/toast';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useApi, useMe } from '../../../shared/session/context';
import { NEW_USER } from '../../../shared/session/input-names';
import { useTenants } from '../../../shared/tenants/use-tenants';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { EMPTY_DRAFT, refusedFields, type UserDraft, validateDraft } from '../model/draft';
import { describeUserFailure } from '../model/failure';
import { passwordOf } from '../model/start';
import { makeStartPassword } from '../model/start-password';
import { useRememberUser } from '../use-change-user';
import { useInvite } from '../use-invite';
import { AccountFields, rolesFor } from './account-fields';
import { HandOver } from './hand-over';
import { InvitationLink } from './invitation-link';
import { PasswordChoice } from './password-choice';

/** Adds a person who may sign in, and shows the link or the password that was made for them once. */
export const CreateUser = ({
  tenantId,
  onClose,
  onCreated,
}: {
  /** The clinic that the list is narrowed to, if it is. */
  tenantId: string | null;
  onClose: () => void;
  onCreated: (user: User) => void;
}) => {
  const text = useText();
  const words = useRoomText(USERS);
  const api = useApi();
  const isSuper = useMe().role === 'super_admin';
  const tenants = useTenants();
  const keyFor = useIdempotencyKey();
  const remember = useRememberUser();
  const invite = useInvite();
  /** One for the life of the form, so that a save that is tried again is the same. */
  const [made] = useState(makeStartPassword);
  const [shown, setShown] = useState<User | null>(null);
  const form = useForm<UserDraft>({
    mode: 'controlled',
    initialValues: {
      ...EMPTY_DRAFT,
      tenant_id: tenantId ?? '',
      role: isSuper ? 'tenant_admin' : 'clinician',
    },
    validate: (draft) => validateDraft(draft, words.form.errors, isSuper),
  });
  /** It waits for an approval: nobody can sign in yet. */
  const [waits, setWaits] = useState(false);
  const finish = (user: User, message: string) => {
    void toast({ tone: 'success', message: formatMessage(message, { name: user.name }) });
    onCreated(user);
  };
  /** The person is added, whatever becomes of the link: another one can be made beside the account. */
  const inviteNow = (user: User) =>
    invite.mutate(user.id, {
      onSuccess: () => setShown(user),
      onError: (error) => {
        const { title, hint } = describeUserFailure(error, text, words);
        void toast({ tone: 'error', title, message: hint });
        onCreated(user);
      },
    });
  const save = useMutation({
    mutationFn: ({ name, email, role, tenant_id, start }: UserDraft) => {
      const password = passwordOf(start, made);
      const body = {
        name: name.trim(),
        email: email.trim(),
        role,
        ...(password === null ? { invitation: true as const } : { password }),
        ...(isSuper && role !== 'super_admin' ? { tenant_id } : {}),
      };
      return api.call('POST', '/users', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: (user, { start: { way } }) => {
      const isWaiting = !remember(user);
      setWaits(isWaiting);
      if (way === 'made') setShown(user);
      else if (isWaiting) onClose();
      else if (way === 'link') inviteNow(user);
      else finish(user, words.told.created);
    },
    onError: (error) =>
      markRefused(form, error, (code, fields) => refusedFields(code, fields, words.form.errors)),
  });
  if (shown && invite.data)
    return (
      <InvitationLink
        name={shown.name}
        invitation={invite.data}
        onDone={() => finish(shown, words.told.invited)}
      />
    );
  if (shown)
    return (
      <HandOver
        title={formatMessage(words.startPassword.title, { name: shown.name })}
        hint={words.startPassword.hint}
        label={words.startPassword.label}
        secret={made}
        isShort
        onDone={() => (waits ? onClose() : finish(shown, words.told.created))}
      />
    );
  const { role, start } = form.values;
  const passwordError = form.errors.start;
  const isPending = save.isPending || invite.isPending;
  return (
    <FormDrawer
      title={words.form.createTitle}
      inputName={NEW_USER}
      keptFields={['name', 'email', 'role', 'tenant_id']}
      submitLabel={words.form.save}
      form={form}
      pending={isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={save.mutate}
      onClose={onClose}
    >
      <Stack gap="md">
        <AccountFields
          form={form}
          roles={isSuper ? [...rolesFor(false), ...rolesFor(true)] : rolesFor(false)}
          disabled={isPending}
        />
        {isSuper && role !== 'super_admin' && (
          <Select
            label={words.form.tenant}
            placeholder={words.form.tenantPlaceholder}
            data={tenants?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
            searchable
            required
            withAsterisk
            limit={100}
            disabled={isPending}
            {...form.getInputProps('tenant_id')}
            onChange={(value) => form.setFieldValue('tenant_id', value ?? '')}
          />
        )}
        <PasswordChoice
          value={start}
          error={typeof passwordError === 'string' ? passwordError : undefined}
          disabled={isPending}
          onChange={(value) => form.setFieldValue('start', value)}
        />
        <Text size="sm" c="dimmed">
          {words.form.noMail}
        </Text>
      </Stack>
    </FormDrawer>
  );
};
