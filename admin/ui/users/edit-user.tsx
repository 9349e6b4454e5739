'use client';

import { Alert } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconUsers } from '@tabler/icons-react';
import type { User } from '@wardbell/contract';
import { useState } from 'react';
import { useRoomText, useText } from '../../lib/text/text';
import { USERS } from '../../lib/text/users';
import {
  ACCOUNT_FIELDS,
  type AccountDraft,
  EMPTY_DRAFT,
  refusedFields,
  toAccountDraft,
  validateDraft,
} from '../../lib/users/draft';
import { type Theirs, useSaveUser } from '../../lib/users/use-save-user';
import { FormDrawer, failureBeside, markRefused } from '../form-drawer';
import { AccountFields, rolesFor } from './account-fields';
import { describeUserFailure } from './failure';

const Colleague = ({ theirs }: { theirs: Theirs }) => {
  const text = useText();
  const words = useRoomText(USERS).form;
  const shown = (field: keyof Theirs) => {
    const value = theirs[field];
    const role = field === 'role' ? rolesFor(false).find((known) => known === value) : undefined;
    return role ? text.roles[role] : value;
  };
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<IconUsers />}
      title={words.merge.title}
      role="status"
      mb="md"
    >
      {words.merge.hint}
      <ul style={{ marginBlock: '0.5rem 0', paddingInlineStart: '1.25rem' }}>
        {ACCOUNT_FIELDS.filter((field) => theirs[field] !== undefined).map((field) => (
          <li key={field}>
            {words[field]}: <strong>{shown(field)}</strong>
          </li>
        ))}
      </ul>
    </Alert>
  );
};

/** Changes name, address and role of an account. */
export const EditUser = ({ user, own, onClose }: { user: User; own: boolean; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(USERS);
  const [opened] = useState(user);
  const form = useForm<AccountDraft>({
    mode: 'controlled',
    initialValues: toAccountDraft(opened),
    validate: (draft) => ({ ...validateDraft({ ...EMPTY_DRAFT, ...draft }, words.form.errors, false) }),
  });
  const { save, theirs } = useSaveUser(
    opened,
    { getValues: form.getValues, adopt: (draft) => form.setValues(draft) },
    onClose,
  );
  const submit = () =>
    save.mutate(undefined, {
      onError: (error) =>
        markRefused(form, error, (code, fields) => refusedFields(code, fields, words.form.errors)),
    });
  return (
    <FormDrawer
      title={words.form.editTitle}
      submitLabel={words.form.saveChanges}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeUserFailure(error, text, words))}
      onSubmit={submit}
      onClose={onClose}
    >
      {theirs && <Colleague theirs={theirs} />}
      <AccountFields
        form={form}
        roles={rolesFor(opened.tenant_id === null)}
        roleHint={words.form.roleSignsOut}
        roleLocked={own || opened.tenant_id === null}
        disabled={save.isPending}
      />
    </FormDrawer>
  );
};
