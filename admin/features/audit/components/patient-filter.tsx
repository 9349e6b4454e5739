'use client';

import { Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { toShownPatient } from '../../../shared/api/patient-rows';
import { useApi, useMe } from '../../../shared/session/context';
import { useRoomText } from '../../../shared/text/text';
import { listedName } from '../../patients/model/listed-name';
import { isUuid } from '../filter';
import { AUDIT } from '../messages';
import classes from './audit-filters.module.css';

const DEBOUNCE_MS = 150;
const LIMIT = 20;

interface Props {
  /** The id of a patient, whose name is looked up and stands on the screen alone. */
  readonly value: string | null;
  readonly onChange: (id: string | null) => void;
}

/** Finds a patient by name; the answer is an id, which says nothing about a person. */
const ByName = ({ value, onChange }: Props) => {
  const words = useRoomText(AUDIT).filter;
  const api = useApi();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), DEBOUNCE_MS);
  const chosen = useQuery({
    queryKey: ['patients', 'by-id', value],
    enabled: value !== null,
    queryFn: async ({ signal }) =>
      (await api.call('GET', '/patients', { query: { ids: value ?? '', limit: 1 }, signal })).data.map(
        toShownPatient,
      ),
    gcTime: 0,
  }).data?.[0];
  const found = useQuery({
    queryKey: ['patients', 'picker', search],
    queryFn: async ({ signal }) =>
      (await api.call('GET', '/patients', { query: { search, limit: LIMIT }, signal })).data.map(
        toShownPatient,
      ),
    gcTime: 0,
    placeholderData: (before) => before,
  });
  const options = new Map(found.data?.map((patient) => [patient.id, listedName(patient)]));
  if (value !== null) options.set(value, chosen ? listedName(chosen) : value.slice(0, 8));
  return (
    <Select
      className={classes.wide}
      aria-label={words.patient}
      placeholder={words.anyPatient}
      data={[...options].map(([id, label]) => ({ value: id, label }))}
      // The server has searched already, also in what the label does not show.
      filter={({ options: all }) => all}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': words.anyPatient }}
      nothingFoundMessage={words.nobodyFound}
      value={value}
      onSearchChange={(next) => setTyped(value !== null && next === options.get(value) ? '' : next)}
      onChange={onChange}
    />
  );
};

/** For super admins, who see no patients: an id that somebody of the clinic has given them. */
const ById = ({ value, onChange }: Props) => {
  const words = useRoomText(AUDIT).filter;
  const [typed, setTyped] = useState(value ?? '');
  const apply = (next: string) => {
    setTyped(next);
    if (next === '' || isUuid(next)) onChange(next === '' ? null : next);
  };
  return (
    <TextInput
      className={classes.wide}
      aria-label={words.patientId}
      placeholder={words.patientId}
      value={typed}
      error={typed !== '' && !isUuid(typed) && words.patientIdInvalid}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => apply(event.currentTarget.value.trim())}
    />
  );
};

export const PatientFilter = (props: Props) =>
  useMe().role === 'super_admin' ? <ById {...props} /> : <ByName {...props} />;
