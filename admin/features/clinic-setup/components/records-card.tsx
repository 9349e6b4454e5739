import { Button, Checkbox, ColorInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';
import type { AppointmentType, Practitioner, Room } from '@wardbell/contract';
import { useId, useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { toast } from '../../../shared/components/toast';
import { errorsAt, fieldsOf } from '../../../shared/forms/draft-errors';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { CLINIC_SETUP_WORDS } from '../messages';
import { type Kind, useSaveRecord } from '../use-setup-writes';
import classes from './clinic-setup.module.css';
import { RemoveRecord } from './remove-record';
import { RowActions } from './row-actions';

type Row = Practitioner | Room | AppointmentType;

/** Told apart by most people, also by those who see fewer colors. */
const COLORS = ['#1c7ed6', '#e8590c', '#2f9e44', '#9c36b5', '#0c8599', '#c2255c', '#f08c00', '#868e96'];
const MAX_NAME = { practitioners: 200, rooms: 100, types: 100 } as const;

interface Draft {
  readonly name: string;
  readonly color: string;
  readonly active: boolean;
  readonly duration_minutes: string;
}

const toDraft = (row: Row | undefined, taken: number): Draft => ({
  name: row?.name ?? '',
  color: row?.color ?? COLORS[taken % COLORS.length] ?? '#868e96',
  active: row?.active ?? true,
  duration_minutes: row && 'duration_minutes' in row ? String(row.duration_minutes) : '30',
});

const isField = fieldsOf<Draft>({ name: '', color: '', active: true, duration_minutes: '' });

const RecordForm = ({
  kind,
  row,
  taken,
  onClose,
}: {
  kind: Kind;
  row: Row | undefined;
  taken: number;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(CLINIC_SETUP_WORDS);
  const save = useSaveRecord(kind);
  const form = useForm<Draft>({
    mode: 'controlled',
    initialValues: toDraft(row, taken),
    validate: (draft) => {
      const minutes = Number(draft.duration_minutes);
      const length = draft.name.trim().length;
      return {
        ...(length === 0 || length > MAX_NAME[kind]
          ? { name: formatMessage(words.errors.name, { max: MAX_NAME[kind] }) }
          : {}),
        ...(kind === 'types' && !(Number.isInteger(minutes) && minutes >= 1 && minutes <= 1440)
          ? { duration_minutes: words.errors.duration }
          : {}),
      };
    },
  });
  const submit = ({ duration_minutes, ...draft }: Draft) => {
    const body = {
      ...draft,
      name: draft.name.trim(),
      color: draft.color.toLowerCase(),
      ...(kind === 'types' ? { duration_minutes: Number(duration_minutes) } : {}),
    };
    save.mutate(
      { of: row, body },
      {
        onSuccess: () => {
          void toast({ tone: 'success', message: words.saved });
          onClose();
        },
        onError: (error) =>
          markRefused(form, error, (code, fields) =>
            code === 'name_taken'
              ? { name: words.errors.taken }
              : errorsAt(fields, (path) => (isField(path) ? path : undefined), words.errors.other),
          ),
      },
    );
  };
  const disabled = save.isPending;
  return (
    <FormDrawer
      title={words.kinds[kind][row ? 'editTitle' : 'addTitle']}
      submitLabel={words.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={submit}
      onClose={onClose}
    >
      <Stack gap="md">
        <TextInput
          label={words.fields.name}
          required
          withAsterisk
          autoComplete="off"
          data-autofocus
          disabled={disabled}
          {...form.getInputProps('name')}
        />
        {kind === 'types' && (
          <TextInput
            type="number"
            inputMode="numeric"
            min={1}
            max={1440}
            step={5}
            label={words.fields.duration}
            disabled={disabled}
            {...form.getInputProps('duration_minutes')}
          />
        )}
        <ColorInput
          label={words.fields.color}
          format="hex"
          swatches={COLORS}
          withEyeDropper={false}
          disabled={disabled}
          {...form.getInputProps('color')}
        />
        <Checkbox
          label={words.fields.active}
          disabled={disabled}
          {...form.getInputProps('active', { type: 'checkbox' })}
        />
      </Stack>
    </FormDrawer>
  );
};

/** The records of one kind, and what can be done with each. */
export const RecordsCard = ({ kind, rows }: { kind: Kind; rows: readonly Row[] }) => {
  const words = useRoomText(CLINIC_SETUP_WORDS);
  const headingId = useId();
  const [editing, setEditing] = useState<{ readonly row: Row | undefined } | null>(null);
  const [removing, setRemoving] = useState<Row | null>(null);
  const said = words.kinds[kind];
  return (
    <section className={classes.card} aria-labelledby={headingId}>
      <h2 id={headingId}>{said.title}</h2>
      <p className={classes.lead}>{rows.length === 0 ? said.empty : said.lead}</p>
      {rows.length > 0 && (
        <ul className={classes.rows}>
          {rows.map((row) => (
            <li key={row.id} className={classes.row}>
              <span className={classes.color} style={{ background: row.color }} aria-hidden="true" />
              <span className={classes.name}>
                {row.name}{' '}
                <span className={classes.second}>
                  {'duration_minutes' in row && formatMessage(words.minutes, { n: row.duration_minutes })}
                  {!row.active && ` ${words.inactive}`}
                </span>
              </span>
              <RowActions
                name={row.name}
                onEdit={() => setEditing({ row })}
                onRemove={() => setRemoving(row)}
              />
            </li>
          ))}
        </ul>
      )}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden="true" />}
        onClick={() => setEditing({ row: undefined })}
      >
        {said.add}
      </Button>
      {editing && (
        <RecordForm kind={kind} row={editing.row} taken={rows.length} onClose={() => setEditing(null)} />
      )}
      {removing && (
        <RemoveRecord kind={kind} name={removing.name} row={removing} onClose={() => setRemoving(null)} />
      )}
    </section>
  );
};
