import { TenantsRoom } from '../../../features/tenants/components/tenants-room';

const Page = () => <TenantsRoom />;

export default Page;
