import { ClinicSetupRoom } from '../../../features/clinic-setup/components/clinic-setup-room';

const Page = () => <ClinicSetupRoom />;

export default Page;
