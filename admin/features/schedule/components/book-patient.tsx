'use client';

import { Anchor } from '@mantine/core';
import type { Appointment } from '@wardbell/contract';
import { useMemo } from 'react';
import { useClinicSetup } from '../../../shared/clinic-setup/use-clinic-setup';
import { Link } from '../../../shared/components/link';
import { toast } from '../../../shared/components/toast';
import { bookingInput } from '../../../shared/session/input-names';
import { todayIn, useFormats } from '../../../shared/text/formats';
import { useRoomText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import { localTimeOf } from '../model/clock';
import { withRecords } from '../model/known-names';
import { useKnownNames } from '../queries/use-known-names';
import { CreateAppointment } from './create-appointment';

const NO_ROWS: readonly Appointment[] = [];

/** Books an appointment of one patient from another room. */
export const BookPatient = ({ patientId, onClose }: { patientId: string; onClose: () => void }) => {
  const words = useRoomText(scheduleText).booked;
  const formats = useFormats();
  const { timeZone } = formats;
  const date = todayIn(timeZone);
  const [used] = useKnownNames(date, timeZone, NO_ROWS);
  const { data: setup } = useClinicSetup();
  const known = useMemo(() => withRecords(used, setup), [used, setup]);
  const tell = ({ id, datetime }: Appointment) => {
    const day = datetime === null ? date : localTimeOf(Date.parse(datetime), timeZone).date;
    void toast({
      tone: 'success',
      message: (
        <>
          {datetime === null ? words.untimed : `${words.done} ${formats.day(datetime)}`}{' '}
          <Anchor component={Link} href={`/schedule/?date=${day}&id=${id}`} size="sm">
            {words.open}
          </Anchor>
        </>
      ),
    });
  };
  return (
    <CreateAppointment
      prefill={{ date, atMs: null, patientId }}
      inputName={bookingInput(patientId)}
      known={known}
      onClose={onClose}
      onCreated={(appointment) => {
        onClose();
        tell(appointment);
      }}
    />
  );
};
