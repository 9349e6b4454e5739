import { Button, Select } from '@mantine/core';
import type { GetInputPropsReturnType } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { Patient } from '@wardbell/contract';
import { useEffect, useRef, useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { toShownPatient } from '../../../shared/api/patient-rows';
import { Unbroken } from '../../../shared/components/unbroken';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { listedName } from '../../patients/model/listed-name';
import { scheduleText } from '../messages';
import classes from './patient-picker.module.css';

const DEBOUNCE_MS = 150;
const LIMIT = 20;

/** A field that finds a patient on the server. The choice is an id; names stay in memory. */
export const PatientPicker = ({
  initialId,
  field,
  disabled,
  onRegister,
}: {
  /** Chosen before the screen was locked; empty: nobody. */
  initialId: string;
  /** How the form is told of the choice. */
  field: GetInputPropsReturnType;
  disabled: boolean;
  /** Registers a new patient, with what was typed here. */
  onRegister: (typed: string) => void;
}) => {
  // This field holds the choice itself, to be able to say the name.
  const { defaultValue: _, onChange, ...inputProps } = field;
  const words = useRoomText(scheduleText).form;
  const text = useText();
  const formats = useFormats();
  const api = useApi();
  const [typed, setTyped] = useState('');
  /** What was typed last: the field empties itself when it is left for the button. */
  const [unknown, setUnknown] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const [search] = useDebouncedValue(typed.trim(), DEBOUNCE_MS);
  const [chosen, setChosen] = useState<Patient | null>(null);
  const chosenLabel = chosen && listedName(chosen);
  // What stands in the field after a choice is no search.
  const wanted = search === chosenLabel ? '' : search;
  const found = useQuery({
    queryKey: ['patient-picker', wanted],
    queryFn: async ({ signal }) => {
      const query = { limit: LIMIT, search: wanted === '' ? undefined : wanted };
      return (await api.call('GET', '/patients', { query, signal })).data.map(toShownPatient);
    },
    // Names are kept no longer than the form is open.
    gcTime: 0,
    placeholderData: (before) => before,
  });
  const before = useQuery({
    queryKey: ['patient-picker', 'chosen', initialId],
    enabled: initialId !== '' && chosen === null,
    queryFn: async ({ signal }) =>
      (await api.call('GET', '/patients', { query: { ids: initialId, limit: 1 }, signal })).data.map(
        toShownPatient,
      )[0] ?? null,
    gcTime: 0,
  }).data;
  useEffect(() => {
    if (before) setChosen((now) => now ?? before);
  }, [before]);
  const patients = found.data ?? [];
  const offered =
    chosen === null || patients.some((patient) => patient.id === chosen.id)
      ? patients
      : [chosen, ...patients];
  const byId = new Map(offered.map((patient) => [patient.id, patient]));
  const outcome = found.isError
    ? describeFailure(found.error, text).hint
    : patients.length === 0 && !found.isFetching
      ? words.nobody
      : '';
  return (
    <div>
      <Select<string>
        label={words.patient}
        placeholder={words.patientHint}
        withAsterisk
        required
        searchable
        disabled={disabled}
        data-autofocus
        // A form that was refused brings the cursor here: the list would cover what it says.
        openOnFocus={false}
        data={offered.map((patient) => ({ value: patient.id, label: listedName(patient) }))}
        // The server has searched, in more than the name.
        filter={({ options }) => options}
        // Outside of the dialog it would be outside of every landmark.
        comboboxProps={{ withinPortal: false }}
        renderOption={({ option }) => {
          const patient = byId.get(option.value);
          return (
            <span className={classes.option}>
              <span className={classes.name}>{option.label}</span>
              {patient && (
                <span className={classes.second}>
                  {patient.birth_date !== null && `${formats.date(patient.birth_date)} · `}
                  <Unbroken number={patient.mrn} />
                </span>
              )}
            </span>
          );
        }}
        {...inputProps}
        value={chosen?.id ?? null}
        ref={input}
        onSearchChange={(value) => {
          setTyped(value);
          if (document.activeElement === input.current) setUnknown(value.trim());
        }}
        onChange={(id) => {
          setChosen(id === null ? null : (byId.get(id) ?? null));
          onChange(id ?? '');
        }}
      />
      {/* In the list itself it would be a list of nothing, which is none. */}
      <div role="status" className={classes.outcome}>
        {outcome}
      </div>
      {unknown !== '' && unknown !== chosenLabel && (
        <Button
          variant="light"
          size="compact-sm"
          mt={4}
          disabled={disabled}
          onClick={() => onRegister(unknown)}
        >
          {formatMessage(words.register, { typed: unknown })}
        </Button>
      )}
    </div>
  );
};
