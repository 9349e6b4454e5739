import { usePathname, useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { loadParts } from '../../../shared/lazily';
import { useMe } from '../../../shared/session/context';
import { roomsOf } from '../rooms';

/**
 * Once the page is quiet, fetches what a person may turn to next: the parts of this room and the other rooms. Who loses
 * the network goes on with them, and sees how old what they see is; a browser would show a page of its own instead.
 */
export const useReadiness = (isQuiet: boolean): void => {
  const { role } = useMe();
  const router = useRouter();
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new room has parts of its own
  useEffect(() => {
    if (isQuiet) void loadParts();
  }, [isQuiet, path]);
  useEffect(() => {
    if (!isQuiet) return;
    for (const room of roomsOf(role)) router.prefetch(room.path);
  }, [isQuiet, role, router]);
};
