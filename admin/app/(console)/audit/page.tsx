import { AuditRoom } from '../../../ui/audit/audit-room';

const Page = () => <AuditRoom />;

export default Page;
