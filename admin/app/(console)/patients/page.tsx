'use client';

import { PatientsRoom } from '../../../features/patients/components/patients-room';
import { lazily } from '../../../shared/lazily';

const BookPatient = lazily(
  async () => (await import('../../../features/schedule/components/book-patient')).BookPatient,
);

const Page = () => <PatientsRoom booking={BookPatient} />;

export default Page;
