import { SecurityRoom } from '../../../features/security/security-room';

const Page = () => <SecurityRoom />;

export default Page;
