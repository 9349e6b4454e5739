import { PatientsRoom } from '../../../features/patients/components/patients-room';

const Page = () => <PatientsRoom />;

export default Page;
