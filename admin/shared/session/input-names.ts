/** Names of forms whose input is kept over a lock of the screen. */
export const NEW_PATIENT = 'new-patient';
export const patientInput = (id: string): string => `patient ${id}`;
export const NEW_APPOINTMENT = 'new-appointment';
/** A new appointment that was begun from the patient's record. */
export const bookingInput = (patientId: string): string => `booking ${patientId}`;
export const appointmentInput = (id: string): string => `appointment ${id}`;
/** Why an appointment is cancelled. */
export const cancelInput = (id: string): string => `cancel ${id}`;
/** Why a restricted patient is opened. */
export const emergencyInput = (patientId: string): string => `emergency ${patientId}`;
export const NEW_NOTIFICATION = 'new-notification';
export const NEW_USER = 'new-user';
export const userInput = (id: string): string => `user ${id}`;
export const NEW_TENANT = 'new-tenant';
export const tenantInput = (id: string): string => `tenant ${id}`;
export const NEW_KEY = 'new-key';
export const NEW_WEBHOOK = 'new-webhook';
export const webhookInput = (id: string): string => `webhook ${id}`;
