'use client';

import { Skeleton } from '@mantine/core';
import { useClinicSetup } from '../../../shared/clinic-setup/use-clinic-setup';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { useText } from '../../../shared/text/text';

const SetupCards = lazily(
  async () => (await import('./setup-cards')).SetupCards,
  () => <Skeleton height="20rem" radius="lg" />,
);

/** What the clinic books with: practitioners, rooms, types, office hours, absences, and the rule on double bookings. */
export const ClinicSetupRoom = () => {
  const text = useText();
  const { data: setup, error, refetch } = useClinicSetup();
  return (
    <Room title={text.rooms['clinic-setup']}>
      <div className={room.page}>
        {setup ? (
          <SetupCards setup={setup} />
        ) : error ? (
          <FailureNotice error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton height="20rem" radius="lg" />
        )}
      </div>
    </Room>
  );
};
