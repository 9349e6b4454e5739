import { ActionIcon, Button, Group, NumberInput, Radio, Select, Stack, Switch, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import {
  type EscalationDraft,
  emptyStep,
  MAX_STEPS,
  type StepDraft,
  type TimeDraft,
} from '../model/escalation-draft';
import classes from './escalation.module.css';
import { TargetField } from './target-field';

const UNITS = ['minutes', 'seconds'] as const;

const TimeField = ({
  label,
  value,
  error,
  onChange,
}: {
  label: string;
  value: TimeDraft;
  error?: string | undefined;
  onChange: (value: TimeDraft) => void;
}) => {
  const words = useRoomText(NOTIFICATIONS).escalation;
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <NumberInput
        label={label}
        value={value.amount}
        error={error}
        min={1}
        allowDecimal={false}
        allowNegative={false}
        style={{ flex: 1 }}
        onChange={(amount) => onChange({ ...value, amount })}
      />
      <Select
        label={words.unit}
        value={value.unit}
        data={UNITS.map((unit) => ({ value: unit, label: words.units[unit] }))}
        allowDeselect={false}
        w="8rem"
        onChange={(next) => {
          const unit = UNITS.find((known) => known === next);
          if (unit) onChange({ ...value, unit });
        }}
      />
    </Group>
  );
};

/** Who is told next and how long each has; the last step there always is one. */
export const EscalationFields = ({
  value,
  errors,
  onChange,
}: {
  value: EscalationDraft;
  errors: Readonly<Record<string, unknown>>;
  onChange: (change: Partial<EscalationDraft>) => void;
}) => {
  const words = useRoomText(NOTIFICATIONS).escalation;
  const { steps, fallback } = value;
  const errorOf = (path: string) => (typeof errors[path] === 'string' ? errors[path] : undefined);
  const put = (index: number, step: StepDraft) =>
    onChange({ steps: steps.map((old, at) => (at === index ? step : old)) });
  const move = (index: number, by: number) => {
    const next = [...steps];
    const [step] = next.splice(index, 1);
    if (step) next.splice(index + by, 0, step);
    onChange({ steps: next });
  };
  return (
    <Stack gap="md">
      <TimeField
        label={words.within}
        value={value.within}
        error={errorOf('within')}
        onChange={(within) => onChange({ within })}
      />
      {steps.map((step, index) => {
        const name = formatMessage(words.step, { n: index + 1 });
        return (
          <fieldset key={step.key} className={classes.step}>
            <legend>{name}</legend>
            <TargetField
              label={words.to}
              hasAll={false}
              value={step.target}
              error={errorOf(`steps.${index}.target`)}
              onChange={(target) => put(index, { ...step, target })}
            />
            <TimeField
              label={words.stepTime}
              value={step}
              error={errorOf(`steps.${index}.time`)}
              onChange={(time) => put(index, { ...step, ...time })}
            />
            <Group gap="xs" justify="flex-end">
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={formatMessage(words.up, { name })}
                disabled={index === 0}
                onClick={() => move(index, -1)}
              >
                <IconArrowUp size={18} aria-hidden="true" />
              </ActionIcon>
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={formatMessage(words.down, { name })}
                disabled={index === steps.length - 1}
                onClick={() => move(index, 1)}
              >
                <IconArrowDown size={18} aria-hidden="true" />
              </ActionIcon>
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={formatMessage(words.remove, { name })}
                onClick={() => onChange({ steps: steps.filter((old) => old !== step) })}
              >
                <IconTrash size={18} aria-hidden="true" />
              </ActionIcon>
            </Group>
          </fieldset>
        );
      })}
      <Button
        variant="light"
        leftSection={<IconPlus size={18} aria-hidden="true" />}
        disabled={steps.length >= MAX_STEPS}
        onClick={() => onChange({ steps: [...steps, emptyStep()] })}
      >
        {words.add}
      </Button>
      <Switch
        label={words.fallback}
        description={words.fallbackHint}
        checked={value.hasFallback}
        onChange={(event) => onChange({ hasFallback: event.currentTarget.checked })}
      />
      {value.hasFallback && (
        <fieldset className={classes.step}>
          <legend>{words.fallbackStep}</legend>
          <TargetField
            label={words.to}
            hasAll={false}
            value={fallback.target}
            error={errorOf('fallback.target')}
            onChange={(target) => onChange({ fallback: { ...fallback, target } })}
          />
          <TimeField
            label={words.stepTime}
            value={fallback}
            error={errorOf('fallback.time')}
            onChange={(time) => onChange({ fallback: { ...fallback, ...time } })}
          />
        </fieldset>
      )}
      <Radio.Group
        label={words.mode}
        value={value.mode}
        onChange={(mode) => onChange({ mode: mode === 'everyone' ? 'everyone' : 'anyone' })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="anyone" label={words.anyone} description={words.anyoneHint} />
          <Radio value="everyone" label={words.everyone} description={words.everyoneHint} />
        </Stack>
      </Radio.Group>
      <Text size="sm" c="dimmed">
        {words.unanswered}
      </Text>
    </Stack>
  );
};
