import { AuditRoom } from '../../../features/audit/components/audit-room';

const Page = () => <AuditRoom />;

export default Page;
