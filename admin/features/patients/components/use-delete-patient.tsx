import type { Patient } from '@wardbell/contract';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { toast } from '../../../shared/components/toast';
import { showUndo } from '../../../shared/components/undo-toast';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import type { Text } from '../../../shared/text/text';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM, type PatientFormText } from '../messages';
import { deletePatient, UNDO_MS } from '../model/deletion';
import { fullName } from '../model/listed-name';

const explain = (error: unknown, text: Text, words: PatientFormText['record']['notDeleted']): string => {
  if (hasCode(error, 'version_mismatch')) return words.changed;
  if (hasCode(error, 'patient_has_appointments')) return words.hasAppointments;
  return describeFailure(error, text).hint;
};

/** Deletes a patient with a few seconds to take it back, and says why when it could not be done. */
export const useDeletePatient = (): ((patient: Patient) => Promise<void>) => {
  const api = useApi();
  const text = useText();
  const { record: words, about } = useRoomText(PATIENT_FORM);
  const formats = useFormats();
  return async (patient) => {
    const deletion = deletePatient(api, patient);
    const hide = showUndo({
      message: formatMessage(words.deleted, {
        name: `${fullName(patient)} (${
          patient.birth_date === null
            ? about.noBirthDate
            : formatMessage(about.born, { date: formats.date(patient.birth_date) })
        } · ${formatMessage(about.mrn, { mrn: patient.mrn })})`,
      }),
      undo: words.undo,
      timeMs: UNDO_MS,
      onUndo: deletion.undo,
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
