import { PatientsRoom } from '../../../ui/patients/patients-room';

const Page = () => <PatientsRoom />;

export default Page;
