import type { Appointment } from '@wardbell/contract';
import { lazily } from '../../../shared/lazily';
import { cancelInput } from '../../../shared/session/input-names';
import type { Prefill } from './create-appointment';
import type { DayActions } from './use-day-actions';
import type { Schedule } from './use-schedule';

const CreateAppointment = lazily(async () => (await import('./create-appointment')).CreateAppointment);
const EditAppointment = lazily(async () => (await import('./edit-appointment')).EditAppointment);
const About = lazily(async () => (await import('../../patients/components/about')).About);
const ConfirmStep = lazily(async () => (await import('./confirm-step')).ConfirmStep);
const ChooseMine = lazily(async () => (await import('./choose-mine')).ChooseMine);

/** What the person is asked for in a form or a dialog. */
export type Asked =
  | { readonly kind: 'create'; readonly prefill: Prefill }
  | {
      readonly kind: 'edit';
      readonly row: Appointment;
      /** One without a time is about to get one, on this date. */
      readonly bookOn: string | null;
    }
  | { readonly kind: 'mine' };

/** The forms and questions of the room. */
export const ScheduleDialogs = ({
  schedule,
  actions,
  asked,
  onAsk,
  onShow,
}: {
  schedule: Schedule;
  actions: DayActions;
  asked: Asked | null;
  onAsk: (asked: Asked | null) => void;
  /** Goes to where the appointment is now. */
  onShow: (appointment: Appointment, openId: string | null) => void;
}) => {
  const { view, known, patients, choices, mine } = schedule;
  const close = () => onAsk(null);
  const created = (appointment: Appointment) => {
    close();
    onShow(appointment, appointment.id);
  };
  const { asking } = actions;
  return (
    <>
      {asked?.kind === 'create' && (
        <CreateAppointment prefill={asked.prefill} known={known} onClose={close} onCreated={created} />
      )}
      {asked?.kind === 'edit' && (
        <EditAppointment
          appointment={asked.row}
          patient={patients.get(asked.row.patient_id)}
          bookOn={asked.bookOn}
          known={known}
          onSaved={(before, after) => {
            actions.saved(before, after);
            if (before.datetime !== after.datetime) onShow(after, view.openId);
          }}
          onCreated={created}
          onClose={close}
        />
      )}
      {asked?.kind === 'mine' && (
        <ChooseMine
          choices={choices.practitioner}
          current={mine}
          onChoose={(key) => {
            close();
            schedule.showMine(key, true);
          }}
          onClose={close}
        />
      )}
      {asking && (
        <ConfirmStep
          kind={asking.kind}
          about={
            <About
              patient={patients.get(asking.appointment.patient_id)}
              patientId={asking.appointment.patient_id}
              appointment={asking.appointment}
            />
          }
          {...(asking.kind === 'cancel' ? { inputName: cancelInput(asking.appointment.id) } : {})}
          onKeep={actions.keep}
          onConfirm={actions.confirm}
        />
      )}
    </>
  );
};
