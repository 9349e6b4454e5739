'use client';

import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { Notice } from '../../shared/components/notice';
import { lazily } from '../../shared/lazily';
import { emergencyInput } from '../../shared/session/input-names';
import { hasInput } from '../../shared/session/kept-input';
import { useRoomText } from '../../shared/text/text';
import { CARE } from './messages';

const EmergencyAccess = lazily(async () => (await import('./emergency-access')).EmergencyAccess);

/** In the place of a record that the reader may not open: why, and what to do in an emergency. */
export const RestrictedNotice = ({
  patientId,
  about,
  onOpened,
}: {
  patientId: string;
  /** Says in the dialog whose record it is. */
  about: ReactNode;
  onOpened: () => void;
}) => {
  const words = useRoomText(CARE);
  const [asking, setAsking] = useState(() => hasInput(emergencyInput(patientId)));
  return (
    <>
      <Notice icon={IconLock} title={words.notice.title} hint={`${words.notice.hint} ${words.notice.ask}`}>
        <Button color="red.8" onClick={() => setAsking(true)}>
          {words.emergency.action}
        </Button>
      </Notice>
      {asking && (
        <EmergencyAccess
          patientId={patientId}
          about={about}
          onClose={() => setAsking(false)}
          onOpened={() => {
            setAsking(false);
            onOpened();
          }}
        />
      )}
    </>
  );
};
