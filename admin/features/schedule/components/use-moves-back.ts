import type { Appointment, AppointmentStatus } from '@wardbell/contract';
import { movesBack } from '@wardbell/contract/appointment-status';
import { useEffect, useState } from 'react';

/** The statuses that the appointment may go back to, until the moment at which it no longer may. */
export const useMovesBack = (appointment: Appointment): readonly AppointmentStatus[] => {
  const { undo_until } = appointment;
  const [, render] = useState(0);
  useEffect(() => {
    const leftMs = undo_until === undefined ? -1 : Date.parse(undo_until) - Date.now();
    if (leftMs < 0) return;
    const timer = setTimeout(() => render((count) => count + 1), leftMs + 1);
    return () => clearTimeout(timer);
  }, [undo_until]);
  return movesBack(appointment, Date.now());
};
