'use client';

import { Anchor, Button } from '@mantine/core';
import { IconRestore, IconTrashX, IconUserOff } from '@tabler/icons-react';
import type { Patient } from '@wardbell/contract';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { Confirm } from '../../../shared/components/confirm';
import { FailureAlert } from '../../../shared/components/failure-alert';
import { Link } from '../../../shared/components/link';
import { toast } from '../../../shared/components/toast';
import { Unbroken } from '../../../shared/components/unbroken';
import { Fact, Panel } from '../../../shared/panel/panel';
import classes from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { CARE } from '../../care/messages';
import { RestrictedBadge } from '../../care/restricted-badge';
import { PATIENT_FORM } from '../messages';
import { fullName } from '../model/listed-name';
import { usePurgePatient, useRestorePatient } from '../queries/use-deleted-patients';
import { About } from './about';

const Purge = ({
  patient,
  onClose,
  onDone,
}: {
  patient: Patient;
  onClose: () => void;
  onDone: () => void;
}) => {
  const text = useText();
  const words = useRoomText(CARE).deleted.purge;
  const purge = usePurgePatient(patient.id);
  return (
    <Confirm
      title={formatMessage(words.title, { name: fullName(patient) })}
      hint={words.hint}
      action={words.confirm}
      pending={purge.isPending}
      failure={purge.error && describeFailure(purge.error, text)}
      onConfirm={() =>
        purge.mutate(undefined, {
          onSuccess: () => {
            onDone();
            void toast({ tone: 'success', message: words.done });
          },
        })
      }
      onClose={onClose}
    >
      <About patient={patient} patientId={patient.id} />
    </Confirm>
  );
};

const Restore = ({ patient, onDone }: { patient: Patient; onDone: () => void }) => {
  const text = useText();
  const words = useRoomText(CARE).deleted;
  const restore = useRestorePatient(patient.id);
  const failure =
    restore.error &&
    (hasCode(restore.error, 'mrn_taken') ? words.mrnTaken : describeFailure(restore.error, text));
  const submit = () =>
    restore.mutate(undefined, {
      onSuccess: () => {
        onDone();
        void toast({
          tone: 'success',
          message: (
            <>
              {formatMessage(words.restored, { name: fullName(patient) })}{' '}
              <Anchor component={Link} href={`/patients/?id=${patient.id}`} size="sm">
                {words.open}
              </Anchor>
            </>
          ),
        });
      },
    });
  return (
    <>
      <FailureAlert failure={failure} mb="sm" />
      <Button
        variant="light"
        size="compact-md"
        leftSection={<IconRestore size={16} aria-hidden="true" />}
        loading={restore.isPending}
        onClick={submit}
      >
        {words.restore}
      </Button>
    </>
  );
};

/** One deleted patient: when and by whom, and the two ways out. */
export const DeletedPatientPanel = ({
  patient,
  loading,
  whoDeleted,
  onClose,
}: {
  patient: Patient | undefined;
  loading: boolean;
  whoDeleted: (patient: Patient) => string;
  onClose: () => void;
}) => {
  const words = useRoomText(CARE).deleted;
  const { birthDate } = useRoomText(PATIENT_FORM);
  const { none } = useText().app;
  const formats = useFormats();
  const [purging, setPurging] = useState(false);
  const moment = (at: string | undefined) =>
    at !== undefined && <time dateTime={at}>{formats.dateTime(at)}</time>;
  return (
    <Panel
      label={words.panel}
      title={
        patient ? (
          <>
            {fullName(patient)}
            {patient.restricted && <RestrictedBadge />}
          </>
        ) : (
          words.panel
        )
      }
      focusKey={String(patient !== undefined)}
      onClose={onClose}
    >
      {patient ? (
        <>
          <div className={classes.actions} style={{ flexWrap: 'wrap' }}>
            <Restore patient={patient} onDone={onClose} />
            <Button
              variant="subtle"
              color="red"
              size="compact-md"
              leftSection={<IconTrashX size={16} aria-hidden="true" />}
              onClick={() => setPurging(true)}
            >
              {words.purge.action}
            </Button>
          </div>
          <p className={classes.hint}>{words.explain}</p>
          <dl className={classes.facts}>
            <Fact name={birthDate}>
              {patient.birth_date === null ? none : formats.date(patient.birth_date)}
            </Fact>
            <Fact name={words.columns.mrn}>
              <Unbroken number={patient.mrn} />
            </Fact>
            <Fact name={words.columns.deleted}>{moment(patient.deleted_at)}</Fact>
            <Fact name={words.columns.by}>{whoDeleted(patient)}</Fact>
            <Fact name={words.columns.purge}>{moment(patient.purge_at)}</Fact>
          </dl>
          {purging && <Purge patient={patient} onClose={() => setPurging(false)} onDone={onClose} />}
        </>
      ) : loading ? (
        <PanelSkeleton lines={4} />
      ) : (
        <PanelGone icon={IconUserOff} {...words.gone} onClose={onClose} />
      )}
    </Panel>
  );
};
