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
import { makeStartPassword } from '../model/start-password';
import { useRememberUser } from '../use-change-user';
import { AccountFields, rolesFor } from './account-fields';
import { PasswordChoice } from './password-choice';
import { StartPassword } from './start-password';

/** Adds a person who may sign in, and shows the password that was made for them once. */
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
  const finish = (user: User) => {
    void toast({ tone: 'success', message: formatMessage(words.told.created, { name: user.name }) });
    onCreated(user);
  };
  const save = useMutation({
    mutationFn: ({ name, email, role, tenant_id, password }: UserDraft) => {
      const body = {
        name: name.trim(),
        email: email.trim(),
        role,
        password: password ?? made,
        ...(isSuper && role !== 'super_admin' ? { tenant_id } : {}),
      };
      return api.call('POST', '/users', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: (user, draft) => {
      const isWaiting = !remember(user);
      setWaits(isWaiting);
      if (draft.password === null) setShown(user);
      else if (isWaiting) onClose();
      else finish(user);
    },
    onError: (error) =>
      markRefused(form, error, (code, fields) => refusedFields(code, fields, words.form.errors)),
  });
  if (shown)
    return (
      <StartPassword name={shown.name} password={made} onDone={() => (waits ? onClose() : finish(shown))} />
    );
  const { role, password } = form.values;
  const passwordError = form.errors.password;
  return (
    <FormDrawer
      title={words.form.createTitle}
      inputName={NEW_USER}
      keptFields={['name', 'email', 'role', 'tenant_id']}
      submitLabel={words.form.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={save.mutate}
      onClose={onClose}
    >
      <Stack gap="md">
        <AccountFields
          form={form}
          roles={isSuper ? [...rolesFor(false), ...rolesFor(true)] : rolesFor(false)}
          disabled={save.isPending}
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
            disabled={save.isPending}
            {...form.getInputProps('tenant_id')}
            onChange={(value) => form.setFieldValue('tenant_id', value ?? '')}
          />
        )}
        <PasswordChoice
          value={password}
          error={typeof passwordError === 'string' ? passwordError : undefined}
          disabled={save.isPending}
          onChange={(value) => form.setFieldValue('password', value)}
        />
        <Text size="sm" c="dimmed">
          {words.form.noMail}
        </Text>
      </Stack>
    </FormDrawer>
  );
};
