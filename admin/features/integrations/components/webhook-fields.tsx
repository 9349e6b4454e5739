import { Radio, Stack, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import type { WebhookDraft } from '../model/webhook-draft';

const VIEWS = ['ids', 'front_desk', 'clinician'] as const;

/** The fields of a webhook. */
export const WebhookFields = ({
  form,
  disabled,
}: {
  form: UseFormReturnType<WebhookDraft>;
  disabled: boolean;
}) => {
  const { webhooks, views } = useRoomText(INTEGRATIONS);
  const words = webhooks.form;
  const common = { disabled, autoComplete: 'off', spellCheck: false };
  return (
    <Stack gap="lg">
      <TextInput
        {...common}
        label={words.url}
        description={words.urlHint}
        type="url"
        placeholder="https://hooks.example.org/wardbell"
        required
        withAsterisk
        data-autofocus
        key={form.key('url')}
        {...form.getInputProps('url')}
      />
      <Radio.Group
        label={words.view}
        description={words.viewHint}
        key={form.key('payload')}
        {...form.getInputProps('payload')}
      >
        <Stack gap="xs" mt="xs">
          {VIEWS.map((view) => (
            <Radio
              key={view}
              value={view}
              label={views[view]}
              description={words.viewHints[view]}
              disabled={disabled}
            />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea
        {...common}
        label={words.types}
        description={words.typesHint}
        autosize
        minRows={1}
        maxRows={6}
        key={form.key('types')}
        {...form.getInputProps('types')}
      />
      <TextInput
        {...common}
        label={words.description}
        key={form.key('description')}
        {...form.getInputProps('description')}
      />
    </Stack>
  );
};
