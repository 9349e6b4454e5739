'use client';

import { Button, Group, Modal, Radio, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { MergedField, Patient } from '@wardbell/contract';
import { useState } from 'react';
import { type Described, describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { FailureAlert } from '../../../shared/components/failure-alert';
import { Unbroken } from '../../../shared/components/unbroken';
import { PanelSkeleton } from '../../../shared/panel/panel-states';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { type Text, useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM, type PatientFormText } from '../messages';
import { fullName } from '../model/listed-name';
import { type Choices, choiceOf, differingFields, textIn, toMergeBody } from '../model/merge';
import { useMergeCandidates } from '../queries/use-merge-candidates';
import { usePatient } from '../queries/use-patient';
import { usePatientAppointments } from '../queries/use-patient-appointments';
import { About } from './about';
import { FIELD_WORDS } from './entered';
import classes from './merge-patients.module.css';

const DEBOUNCE_MS = 200;

/** Finds the other record: those that look like the same person are offered at once. */
const Candidates = ({ patient, onChoose }: { patient: Patient; onChoose: (id: string) => void }) => {
  const text = useText();
  const words = useRoomText(PATIENT_FORM).merge;
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), DEBOUNCE_MS);
  const found = useMergeCandidates(patient, search);
  const rows = found.data ?? [];
  return (
    <>
      <About patient={patient} patientId={patient.id} />
      <TextInput
        type="search"
        label={words.find}
        description={words.findHint}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <div role="status">
        {found.isError ? (
          <FailureAlert failure={describeFailure(found.error, text)} mt="sm" />
        ) : (
          !found.isFetching && rows.length === 0 && <p>{search === '' ? words.noneAlike : words.noneFound}</p>
        )}
      </div>
      {rows.length > 0 && (
        <ul className={classes.candidates} aria-label={search === '' ? words.alike : words.found}>
          {rows.map((row) => (
            <li key={row.id} className={classes.candidate}>
              <About patient={row} patientId={row.id} />
              <Button
                variant="default"
                size="xs"
                aria-label={formatMessage(words.compareWith, { name: fullName(row), mrn: row.mrn })}
                onClick={() => onChoose(row.id)}
              >
                {words.compare}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
};

const explain = (error: Error, text: Text, words: PatientFormText['merge']['refused']): Described => {
  if (hasCode(error, 'patient_changed')) return words.changed;
  if (hasCode(error, 'patient_merged')) return words.merged;
  if (hasCode(error, 'patient_restricted')) return words.restricted;
  if (hasCode(error, 'restricted')) return words.restricted;
  if (hasCode(error, 'patient_archived')) return words.archived;
  if (hasCode(error, 'patient_has_appointments')) return words.tooMany;
  if (hasCode(error, 'overlapping_appointments')) return words.overlapping;
  if (hasCode(error, 'validation_failed')) return words.notes;
  return describeFailure(error, text);
};

/** Both records side by side: which one stays, and whose value of each field that differs. */
const Comparison = ({
  patients: [a, b],
  onBack,
  onClose,
  onMerged,
}: {
  patients: readonly [Patient, Patient];
  onBack: () => void;
  onClose: () => void;
  onMerged: (survivor: Patient, retired: Patient) => void;
}) => {
  const text = useText();
  const allWords = useRoomText(PATIENT_FORM);
  const words = allWords.merge;
  const formats = useFormats();
  const api = useApi();
  const [staysId, setStaysId] = useState(a.archived ? b.id : a.id);
  const [choices, setChoices] = useState<Choices>({});
  const [stays, goes] = staysId === b.id ? [b, a] : [a, b];
  const appointments = usePatientAppointments(goes.id);
  const merge = useMutation({
    mutationFn: () =>
      api.call('POST', '/patients/:id/merge', {
        params: { id: goes.id },
        body: toMergeBody(choices, stays, goes),
      }),
    onSuccess: (survivor) => onMerged(survivor, goes),
  });
  const shown = (patient: Patient, field: MergedField): string => {
    const value = textIn(patient, field);
    if (value === '') return words.empty;
    if (field === 'birth_date') return formats.date(value);
    return field === 'gender' ? text.gender[patient.gender] : value;
  };
  const fields = differingFields(a, b);
  const n = appointments.rows?.length ?? 0;
  return (
    <>
      <FailureAlert failure={merge.error && explain(merge.error, text, words.refused)} mb="md" />
      <Radio.Group label={words.which} value={stays.id} onChange={setStaysId}>
        <div className={classes.sides}>
          {[a, b].map((patient) => (
            <Radio
              key={patient.id}
              value={patient.id}
              className={classes.side}
              disabled={merge.isPending || patient.archived === true}
              label={
                <>
                  <About patient={patient} patientId={patient.id} />
                  <span className={classes.fate}>
                    {patient.archived && `${words.archived} · `}
                    {patient === stays ? words.stays : words.goes}
                  </span>
                </>
              }
            />
          ))}
        </div>
      </Radio.Group>
      {fields.length === 0 ? (
        <p>{words.same}</p>
      ) : (
        fields.map((field) => (
          <Radio.Group
            key={field}
            mt="md"
            label={allWords[FIELD_WORDS[field]]}
            description={field === 'mrn' ? words.mrnHint : undefined}
            value={choiceOf(choices, field, stays, goes)}
            onChange={(id) => setChoices((before) => ({ ...before, [field]: id }))}
          >
            <div className={classes.sides}>
              {[a, b].map((patient) => (
                <Radio
                  key={patient.id}
                  value={patient.id}
                  className={classes.side}
                  disabled={merge.isPending}
                  label={
                    <span className={classes.value}>
                      {field === 'mrn' ? <Unbroken number={patient.mrn} /> : shown(patient, field)}
                    </span>
                  }
                />
              ))}
              {field === 'notes' && textIn(a, 'notes') !== '' && textIn(b, 'notes') !== '' && (
                <Radio value="both" className={classes.side} disabled={merge.isPending} label={words.both} />
              )}
            </div>
          </Radio.Group>
        ))
      )}
      <div className={classes.outcome} role="status" aria-busy={appointments.rows === undefined}>
        {appointments.rows !== undefined && (
          <p>
            {formatMessage(words.moves, {
              n,
              many: n >= appointments.limit,
              from: fullName(goes),
              fromMrn: goes.mrn,
              to: fullName(stays),
              toMrn: stays.mrn,
            })}
          </p>
        )}
        <p>
          <strong>{words.final}</strong> {words.retired}
        </p>
      </div>
      <Group justify="space-between" className={classes.actions}>
        <Button variant="subtle" onClick={onBack} disabled={merge.isPending}>
          {words.back}
        </Button>
        <Group>
          <Button variant="default" onClick={onClose} disabled={merge.isPending} data-autofocus>
            {text.app.cancel}
          </Button>
          <Button
            color="red.8"
            loading={merge.isPending}
            disabled={appointments.rows === undefined}
            onClick={() => merge.mutate()}
          >
            {words.confirm}
          </Button>
        </Group>
      </Group>
    </>
  );
};

/** Both are read anew and kept live, so the versions are those of what is shown. */
const Compared = ({
  ids: [first, second],
  ...rest
}: {
  ids: readonly [string, string];
  onBack: () => void;
  onClose: () => void;
  onMerged: (survivor: Patient, retired: Patient) => void;
}) => {
  const text = useText();
  const words = useRoomText(PATIENT_FORM).merge;
  const [a, b] = [usePatient(first), usePatient(second)];
  const error = a.error ?? b.error;
  if (error) return <FailureAlert failure={explain(error, text, words.refused)} />;
  if (a.gone || b.gone) return <FailureAlert failure={words.refused.merged} />;
  if (!a.row || !b.row) return <PanelSkeleton lines={6} />;
  return <Comparison patients={[a.row, b.row]} {...rest} />;
};

/** Merges a record with another one of the same person. */
export const MergePatients = ({
  patient,
  onClose,
  onMerged,
}: {
  patient: Patient;
  onClose: () => void;
  onMerged: (survivor: Patient, retired: Patient) => void;
}) => {
  const text = useText();
  const words = useRoomText(PATIENT_FORM).merge;
  const [otherId, setOtherId] = useState<string | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={otherId === null ? words.chooseTitle : words.title}
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      {otherId === null ? (
        <Candidates patient={patient} onChoose={setOtherId} />
      ) : (
        <Compared
          ids={[patient.id, otherId]}
          onBack={() => setOtherId(null)}
          onClose={onClose}
          onMerged={onMerged}
        />
      )}
    </Modal>
  );
};
