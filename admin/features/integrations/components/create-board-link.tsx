'use client';

import { Radio, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { IntegrationKeyCreated } from '@wardbell/contract';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { FormDrawer } from '../../../shared/forms/form-drawer';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { useCreateKey } from '../queries/use-keys';
import { ShownOnce } from './shown-once';

const MAX_NAME = 200;

/** What the screen calls patients by; numbers unless somebody chooses otherwise. */
const VIEWS = ['numbers', 'initials'] as const;

/** The key stands behind the `#`, which browsers send to nobody. */
const linkOf = (key: string): string => `${window.location.origin}/board/#${key}`;

/** Makes the link of a screen in the waiting room: a key that sees ids only, and initials where they are chosen, shown once as a part of the link. */
export const CreateBoardLink = ({ onClose }: { onClose: (created?: IntegrationKeyCreated) => void }) => {
  const text = useText();
  const { keys } = useRoomText(INTEGRATIONS);
  const words = keys.board;
  const create = useCreateKey();
  const [made, setMade] = useState<IntegrationKeyCreated | null>(null);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: words.defaultName, view: 'numbers' },
    validate: { name: (name) => (name.trim() === '' ? keys.form.errors.required : null) },
  });
  if (made) {
    return (
      <ShownOnce
        title={words.made}
        hint={words.madeHint}
        label={words.link}
        copyLabel={words.copy}
        secret={linkOf(made.key)}
        onDone={() => onClose(made)}
      >
        <p>{words.numbers}</p>
      </ShownOnce>
    );
  }
  return (
    <FormDrawer
      title={words.title}
      submitLabel={words.save}
      form={form}
      pending={create.isPending}
      failure={
        create.error &&
        (hasCode(create.error, 'too_many_objects')
          ? keys.failed.tooMany
          : describeFailure(create.error, text))
      }
      onSubmit={({ name, view }) =>
        create.mutate(
          {
            name: name.trim(),
            scopes: view === 'initials' ? ['stream:read', 'waiting-board:initials'] : ['stream:read'],
            role: 'ids',
          },
          { onSuccess: setMade },
        )
      }
      onClose={() => onClose()}
    >
      <p>{words.hint}</p>
      <TextInput
        label={keys.form.name}
        description={words.nameHint}
        required
        withAsterisk
        autoComplete="off"
        maxLength={MAX_NAME}
        data-autofocus
        disabled={create.isPending}
        key={form.key('name')}
        {...form.getInputProps('name')}
      />
      <Radio.Group label={words.shows} mt="lg" key={form.key('view')} {...form.getInputProps('view')}>
        <Stack gap="sm" mt="xs">
          {VIEWS.map((view) => (
            <Radio
              key={view}
              value={view}
              label={words.views[view]}
              description={words.viewHints[view]}
              disabled={create.isPending}
            />
          ))}
        </Stack>
      </Radio.Group>
    </FormDrawer>
  );
};
