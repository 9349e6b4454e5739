import { Button, Group } from '@mantine/core';
import type { Patient } from '@wardbell/contract';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { toast } from '../../../shared/components/toast';
import { useApi } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import type { Text } from '../../../shared/text/text';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM, type PatientFormText } from '../messages';
import { deletePatient, UNDO_MS } from '../model/deletion';

const explain = (error: unknown, text: Text, words: PatientFormText['record']['notDeleted']): string => {
  if (hasCode(error, 'version_mismatch')) return words.changed;
  if (hasCode(error, 'patient_has_appointments')) return words.hasAppointments;
  return describeFailure(error, text).hint;
};

/** Deletes a patient with a few seconds to take it back, and says why when it could not be done. */
export const useDeletePatient = (): ((patient: Patient) => Promise<void>) => {
  const api = useApi();
  const text = useText();
  const words = useRoomText(PATIENT_FORM).record;
  return async (patient) => {
    const deletion = deletePatient(api, patient);
    const hide = await toast({
      autoClose: UNDO_MS,
      message: (
        <Group justify="space-between" wrap="nowrap">
          <span>{formatMessage(words.deleted, { name: `${patient.first_name} ${patient.last_name}` })}</span>
          <Button size="compact-sm" variant="default" onClick={deletion.undo}>
            {words.undo}
          </Button>
        </Group>
      ),
    });
    try {
      await deletion.done;
    } catch (error) {
      void toast({
        tone: 'error',
        title: words.notDeleted.title,
        message: explain(error, text, words.notDeleted),
      });
    } finally {
      hide();
    }
  };
};
