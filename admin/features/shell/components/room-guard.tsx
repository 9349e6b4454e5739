'use client';

import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { lazily } from '../../../shared/lazily';
import { useMe } from '../../../shared/session/context';
import { ROOMS } from '../rooms';

const NotYours = lazily(async () => (await import('./not-yours')).NotYours);

/** Says at the door that a room is not for one's role, instead of showing one where every request is refused. */
export const RoomGuard = ({ children }: { children: ReactNode }) => {
  const { role } = useMe();
  const path = usePathname();
  const room = ROOMS.find((one) => one.path === path);
  return room && !room.roles.includes(role) ? <NotYours /> : children;
};
