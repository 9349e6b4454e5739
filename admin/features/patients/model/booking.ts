import type { ComponentType } from 'react';

/** Books an appointment of a patient. The page passes it: it belongs to the schedule. */
export type Booking = ComponentType<{ patientId: string; onClose: () => void }>;
