/** Names of forms whose input is kept over a lock of the screen. */
export const NEW_PATIENT = 'new-patient';
export const patientInput = (id: string): string => `patient ${id}`;
export const NEW_APPOINTMENT = 'new-appointment';
export const appointmentInput = (id: string): string => `appointment ${id}`;
export const NEW_NOTIFICATION = 'new-notification';
