import { NativeSelect, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { AppointmentStatus } from '@wardbell/contract';
import { FORBIDDEN_WRITES, viewOf } from '@wardbell/contract/views';
import { type ReactNode, useId } from 'react';
import { DateField } from '../../../shared/forms/date-field';
import { TimeField } from '../../../shared/forms/time-field';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import type { AppointmentDraft } from '../model/draft';
import type { KnownNames } from '../model/known-names';
import { StepHelp } from './step-help';

/** A hint that does not push the field out of its row. */
const BELOW: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];

/** What a field offers while one types. */
const Offers = ({ id, values }: { id: string; values: readonly string[] }) => (
  <datalist id={id}>
    {values.map((value) => (
      <option key={value} value={value} />
    ))}
  </datalist>
);

/** The fields of an appointment. */
export const AppointmentFields = ({
  form,
  known,
  statuses,
  disabled,
  patient,
  children,
}: {
  form: UseFormReturnType<AppointmentDraft>;
  known: KnownNames;
  /** Those that can be chosen; a single one is no choice. */
  statuses: readonly AppointmentStatus[];
  disabled: boolean;
  /** Stands first: the field that finds the patient, or nothing when that is settled. */
  patient?: ReactNode;
  /** Stands below time, practitioner and room. */
  children?: ReactNode;
}) => {
  const text = useText();
  const { form: words, about } = useRoomText(scheduleText);
  const formats = useFormats();
  const { role } = useMe();
  const id = useId();
  const timeHint = formatMessage(words.timeHint, { zone: formats.timeZone });
  const withReason = !FORBIDDEN_WRITES.appointment[viewOf(role)].includes('reason');
  const common = { disabled, autoComplete: 'off', spellCheck: false } as const;
  return (
    <Stack gap="md">
      {patient}
      <TextInput
        {...common}
        label={words.type}
        withAsterisk
        required
        list={`${id}type`}
        key={form.key('type')}
        {...form.getInputProps('type')}
      />
      <Offers id={`${id}type`} values={known.type} />
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md">
        <DateField {...common} label={words.date} key={form.key('date')} {...form.getInputProps('date')} />
        <TimeField
          {...common}
          label={words.time}
          title={timeHint}
          // in sight where the clock on the wall shows another time
          {...(formats.isElsewhere && { description: timeHint, inputWrapperOrder: BELOW })}
          key={form.key('time')}
          {...form.getInputProps('time')}
        />
        <TextInput
          {...common}
          type="number"
          inputMode="numeric"
          min={1}
          max={1440}
          step={5}
          label={words.duration}
          withAsterisk
          required
          key={form.key('duration_minutes')}
          {...form.getInputProps('duration_minutes')}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <TextInput
          {...common}
          label={words.practitioner}
          list={`${id}practitioner`}
          key={form.key('practitioner')}
          {...form.getInputProps('practitioner')}
        />
        <TextInput
          {...common}
          label={words.room}
          list={`${id}room`}
          key={form.key('room')}
          {...form.getInputProps('room')}
        />
      </SimpleGrid>
      <Offers id={`${id}practitioner`} values={known.practitioner} />
      <Offers id={`${id}room`} values={known.room} />
      {children}
      {statuses.length > 1 && (
        <div>
          <NativeSelect
            disabled={disabled}
            label={words.status}
            data={statuses.map((value) => ({ value, label: text.appointment.status[value] }))}
            key={form.key('status')}
            {...form.getInputProps('status')}
          />
          <StepHelp
            meanings={statuses.map((value) => [text.appointment.status[value], about.steps[value]])}
          />
        </div>
      )}
      {withReason && (
        <Textarea
          disabled={disabled}
          autosize
          minRows={2}
          maxRows={8}
          label={words.reason}
          description={words.reasonHint}
          key={form.key('reason')}
          {...form.getInputProps('reason')}
        />
      )}
    </Stack>
  );
};
