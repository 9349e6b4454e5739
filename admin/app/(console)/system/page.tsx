import { SystemRoom } from '../../../features/system/components/system-room';

const Page = () => <SystemRoom />;

export default Page;
