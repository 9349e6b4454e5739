import type { Appointment } from '@wardbell/contract';

/** The server's order: by time, those without one last. */
export const byTime = (a: Appointment, b: Appointment): number => {
  const at = a.datetime ?? '\uffff';
  const bt = b.datetime ?? '\uffff';
  return at < bt ? -1 : at > bt ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
};
