import { TenantsRoom } from '../../../ui/tenants/tenants-room';

const Page = () => <TenantsRoom />;

export default Page;
