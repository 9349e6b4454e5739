import { Button, NativeSelect, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';
import type { Absence, Practitioner } from '@wardbell/contract';
import { useId, useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { toast } from '../../../shared/components/toast';
import { isCalendarDate } from '../../../shared/forms/calendar-days';
import { DateField } from '../../../shared/forms/date-field';
import { FormDrawer, failureBeside } from '../../../shared/forms/form-drawer';
import { todayIn, useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { CLINIC_SETUP_WORDS } from '../messages';
import { useSaveAbsence } from '../use-setup-writes';
import classes from './clinic-setup.module.css';
import { RemoveRecord } from './remove-record';
import { RowActions } from './row-actions';

const DAY_MS = 86_400_000;

interface Draft {
  readonly practitioner_id: string;
  readonly from: string;
  /** The last day, which is what people say; the contract has the day after it. */
  readonly to: string;
  readonly label: string;
}

const dayAfter = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);

const AbsenceForm = ({
  absence,
  practitioners,
  onClose,
}: {
  absence: Absence | undefined;
  practitioners: readonly Practitioner[];
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(CLINIC_SETUP_WORDS);
  const { timeZone } = useFormats();
  const save = useSaveAbsence();
  const form = useForm<Draft>({
    mode: 'controlled',
    initialValues: {
      practitioner_id: absence?.practitioner_id ?? '',
      from: absence ? todayIn(timeZone, Date.parse(absence.from)) : '',
      to: absence ? todayIn(timeZone, Date.parse(absence.to) - 1) : '',
      label: absence?.label ?? '',
    },
    validate: ({ from, to }) => ({
      ...(!isCalendarDate(from) ? { from: words.errors.date } : {}),
      ...(!isCalendarDate(to) ? { to: words.errors.date } : to < from ? { to: words.errors.order } : {}),
    }),
  });
  const submit = (draft: Draft) => {
    const body = {
      practitioner_id: draft.practitioner_id || null,
      from: draft.from,
      to: dayAfter(draft.to),
      label: draft.label.trim(),
    };
    save.mutate(
      { of: absence, body },
      {
        onSuccess: () => {
          void toast({ tone: 'success', message: words.saved });
          onClose();
        },
      },
    );
  };
  return (
    <FormDrawer
      title={words.absences[absence ? 'editTitle' : 'addTitle']}
      submitLabel={words.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={submit}
      onClose={onClose}
    >
      <Stack gap="md">
        <NativeSelect
          label={words.fields.who}
          data-autofocus
          data={[
            { value: '', label: words.fields.wholeClinic },
            ...practitioners.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          {...form.getInputProps('practitioner_id')}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <DateField label={words.fields.from} {...form.getInputProps('from')} />
          <DateField label={words.fields.to} {...form.getInputProps('to')} />
        </SimpleGrid>
        <TextInput
          label={words.fields.label}
          description={words.fields.labelHint}
          maxLength={100}
          {...form.getInputProps('label')}
        />
      </Stack>
    </FormDrawer>
  );
};

/** Who is away, and when the clinic is closed. */
export const AbsencesCard = ({
  absences,
  practitioners,
}: {
  absences: readonly Absence[];
  practitioners: readonly Practitioner[];
}) => {
  const words = useRoomText(CLINIC_SETUP_WORDS);
  const formats = useFormats();
  const headingId = useId();
  const [editing, setEditing] = useState<{ readonly absence: Absence | undefined } | null>(null);
  const [removing, setRemoving] = useState<Absence | null>(null);
  const nameOf = ({ practitioner_id }: Absence): string =>
    practitioner_id === null
      ? words.fields.wholeClinic
      : (practitioners.find(({ id }) => id === practitioner_id)?.name ?? '');
  const spanOf = ({ from, to }: Absence): string => {
    const [first, last] = [
      todayIn(formats.timeZone, Date.parse(from)),
      todayIn(formats.timeZone, Date.parse(to) - 1),
    ].map((date) => formats.date(date));
    return first === last
      ? (first ?? '')
      : formatMessage(words.absences.until, { from: first ?? '', to: last ?? '' });
  };
  return (
    <section className={classes.card} aria-labelledby={headingId}>
      <h2 id={headingId}>{words.absences.title}</h2>
      <p className={classes.lead}>{absences.length === 0 ? words.absences.empty : words.absences.lead}</p>
      {absences.length > 0 && (
        <ul className={classes.rows}>
          {absences.map((absence) => (
            <li key={absence.id} className={classes.row}>
              <span className={classes.name}>
                {nameOf(absence)}{' '}
                <span className={classes.second}>
                  {[spanOf(absence), absence.label].filter(Boolean).join(' · ')}
                </span>
              </span>
              <RowActions
                name={`${nameOf(absence)}, ${spanOf(absence)}`}
                onEdit={() => setEditing({ absence })}
                onRemove={() => setRemoving(absence)}
              />
            </li>
          ))}
        </ul>
      )}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden="true" />}
        onClick={() => setEditing({ absence: undefined })}
      >
        {words.absences.add}
      </Button>
      {editing && (
        <AbsenceForm
          absence={editing.absence}
          practitioners={practitioners}
          onClose={() => setEditing(null)}
        />
      )}
      {removing && (
        <RemoveRecord
          kind="absences"
          name={`${nameOf(removing)}, ${spanOf(removing)}`}
          row={removing}
          onClose={() => setRemoving(null)}
        />
      )}
    </section>
  );
};
