import { NativeSelect, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { FORBIDDEN_WRITES, viewOf } from '@wardbell/contract/views';
import { DateField } from '../../../shared/forms/date-field';
import { useMe } from '../../../shared/session/context';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import type { PatientDraft } from '../model/draft';
import { Restriction } from './restriction';

const GENDERS = ['female', 'male', 'other', 'unknown'] as const;

/** The fields of a patient, in the order in which a person is asked at the desk. */
export const PatientFields = ({
  form,
  mrnRequired,
  disabled,
}: {
  form: UseFormReturnType<PatientDraft>;
  /** A patient who is there has an MRN; a new one can be given one. */
  mrnRequired: boolean;
  disabled: boolean;
}) => {
  const text = useText();
  const { role } = useMe();
  const words = useRoomText(PATIENT_FORM);
  const withNotes = !FORBIDDEN_WRITES.patient[viewOf(role)].includes('notes');
  const common = { disabled, autoComplete: 'off', spellCheck: false } as const;
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <TextInput
          {...common}
          label={words.firstName}
          withAsterisk
          required
          data-autofocus
          key={form.key('first_name')}
          {...form.getInputProps('first_name')}
        />
        <TextInput
          {...common}
          label={words.lastName}
          withAsterisk
          required
          key={form.key('last_name')}
          {...form.getInputProps('last_name')}
        />
        <DateField
          {...common}
          isPast
          label={words.birthDate}
          key={form.key('birth_date')}
          {...form.getInputProps('birth_date')}
        />
        <NativeSelect
          disabled={disabled}
          label={words.gender}
          data={GENDERS.map((value) => ({ value, label: text.gender[value] }))}
          key={form.key('gender')}
          {...form.getInputProps('gender')}
        />
        <TextInput
          {...common}
          type="tel"
          label={words.phone}
          key={form.key('phone')}
          {...form.getInputProps('phone')}
        />
        <TextInput
          {...common}
          type="email"
          label={words.email}
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
      </SimpleGrid>
      <TextInput
        {...common}
        label={words.mrn}
        {...(mrnRequired ? { withAsterisk: true, required: true } : { description: words.mrnHint })}
        key={form.key('mrn')}
        {...form.getInputProps('mrn')}
      />
      {withNotes && (
        <Textarea
          disabled={disabled}
          autosize
          minRows={4}
          maxRows={12}
          label={words.notes}
          description={words.notesHint}
          key={form.key('notes')}
          {...form.getInputProps('notes')}
        />
      )}
      {role === 'tenant_admin' && <Restriction form={form} disabled={disabled} />}
    </Stack>
  );
};
