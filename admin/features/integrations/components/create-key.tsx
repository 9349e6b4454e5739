'use client';

import { Checkbox, NativeSelect, Radio, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { IntegrationKeyCreated } from '@wardbell/contract';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { NEW_KEY } from '../../../shared/session/input-names';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import {
  EMPTY_KEY,
  EXPIRIES,
  hasCareScope,
  type KeyDraft,
  OFFERED_SCOPES,
  refusedKeyFields,
  toKeyBody,
  validateKey,
  viewsFor,
} from '../model/key-draft';
import { useCreateKey } from '../queries/use-keys';
import { NewKey } from './new-key';

/** Creates an integration key and then shows it, once. */
export const CreateKey = ({ onClose }: { onClose: (created?: IntegrationKeyCreated) => void }) => {
  const text = useText();
  const { keys, views } = useRoomText(INTEGRATIONS);
  const words = keys.form;
  const create = useCreateKey();
  const [made, setMade] = useState<IntegrationKeyCreated | null>(null);
  const form = useForm<KeyDraft>({
    mode: 'controlled',
    initialValues: EMPTY_KEY,
    validate: (draft) => ({ ...validateKey(draft, words.errors) }),
  });
  const save = (draft: KeyDraft) =>
    create.mutate(toKeyBody(draft, Date.now()), {
      onSuccess: setMade,
      onError: (error) => markRefused(form, error, (_, fields) => refusedKeyFields(fields, words.errors)),
    });
  if (made) return <NewKey made={made} onDone={() => onClose(made)} />;
  const { scopes, role } = form.values;
  const offeredViews = viewsFor(scopes);
  const disabled = create.isPending;
  return (
    <FormDrawer
      title={words.title}
      inputName={NEW_KEY}
      keptFields={['name']}
      submitLabel={words.save}
      form={form}
      pending={disabled}
      failure={failureBeside(form, create.error, (error) =>
        hasCode(error, 'too_many_objects') ? keys.failed.tooMany : describeFailure(error, text),
      )}
      onSubmit={save}
      onClose={() => onClose()}
    >
      <Stack gap="lg">
        <TextInput
          label={words.name}
          description={words.nameHint}
          required
          withAsterisk
          autoComplete="off"
          data-autofocus
          disabled={disabled}
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <Checkbox.Group
          label={words.scopes}
          description={words.scopesHint}
          required
          withAsterisk
          key={form.key('scopes')}
          {...form.getInputProps('scopes')}
        >
          <Stack gap="xs" mt="xs">
            {OFFERED_SCOPES.map((scope) => (
              <Checkbox
                key={scope}
                value={scope}
                label={keys.scopes[scope]}
                description={keys.scopeHints[scope]}
                disabled={disabled}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        {offeredViews.length > 0 && (
          <Radio.Group
            label={words.view}
            required
            withAsterisk
            key={form.key('role')}
            {...form.getInputProps('role')}
          >
            <Stack gap="xs" mt="xs">
              {offeredViews.map((view) => (
                <Radio
                  key={view}
                  value={view}
                  label={views[view]}
                  description={
                    view === 'ids' && role === 'ids' && hasCareScope(scopes)
                      ? `${words.viewHints.ids} ${words.idsAndCare}`
                      : words.viewHints[view]
                  }
                  disabled={disabled}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <NativeSelect
          label={words.expiry}
          data={EXPIRIES.map((value) => ({ value, label: words.expiries[value] }))}
          disabled={disabled}
          key={form.key('expires_at')}
          {...form.getInputProps('expires_at')}
        />
      </Stack>
    </FormDrawer>
  );
};
