'use client';

import { useForm } from '@mantine/form';
import type { User } from '@wardbell/contract';
import { useState } from 'react';
import { Colleague, collisionsOf } from '../../../shared/forms/colleague';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useMergingSave } from '../../../shared/forms/use-merging-save';
import { useApi } from '../../../shared/session/context';
import { userInput } from '../../../shared/session/input-names';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import {
  ACCOUNT_FIELDS,
  type AccountDraft,
  EMPTY_DRAFT,
  refusedFields,
  toAccountDraft,
  toUpdateBody,
  validateDraft,
} from '../model/draft';
import { describeUserFailure } from '../model/failure';
import { useRememberUser } from '../use-change-user';
import { AccountFields, rolesFor } from './account-fields';

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
  const api = useApi();
  const remember = useRememberUser();
  const params = { id: opened.id };
  const { save, merged, conflicts, settle } = useMergingSave(
    {
      opened,
      fields: ACCOUNT_FIELDS,
      toDraft: toAccountDraft,
      toBody: toUpdateBody,
      load: () => api.call('GET', '/users/:id', { params }),
      save: (body, ifMatch) => api.call('PATCH', '/users/:id', { params, body, ifMatch }),
      held: () => user,
      onSaved: (saved) => {
        remember(saved);
        onClose();
      },
    },
    { getValues: () => form.getValues(), adopt: (draft) => form.setValues(draft) },
  );
  const submit = () =>
    save.mutate(undefined, {
      onError: (error) =>
        markRefused(form, error, (code, fields) => refusedFields(code, fields, words.form.errors)),
    });
  return (
    <FormDrawer
      title={words.form.editTitle}
      inputName={userInput(opened.id)}
      submitLabel={words.form.saveChanges}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeUserFailure(error, text, words))}
      onSubmit={submit}
      onClose={onClose}
    >
      {merged && (
        <Colleague
          title={words.form.savedMeanwhile}
          collisions={collisionsOf<AccountDraft>({
            fields: ACCOUNT_FIELDS,
            conflicts,
            labelOf: (field) => words.form[field],
            onTake: (field, theirs) => {
              form.setValues({ [field]: theirs });
              settle(field);
            },
            shown: (field, theirs) =>
              field === 'role' && conflicts.role ? text.roles[conflicts.role] : theirs,
          })}
        />
      )}
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
