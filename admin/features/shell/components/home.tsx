'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { lazily } from '../../../shared/lazily';
import { useMe } from '../../../shared/session/context';
import { roomsOf } from '../rooms';

/** Every role has a room as yet. */
const NoRoom = lazily(async () => (await import('./no-room')).NoRoom);

/** `/`: on to the first room of the role. */
export const Home = () => {
  const { role } = useMe();
  const router = useRouter();
  const first = roomsOf(role)[0];
  useEffect(() => {
    if (first) router.replace(first.path);
  }, [first, router]);
  return first ? null : <NoRoom />;
};
