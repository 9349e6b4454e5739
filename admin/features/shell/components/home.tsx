'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useMe } from '../../../shared/session/context';
import { roomsOf } from '../rooms';
import { NoRoom } from './no-room';

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
