import { SystemRoom } from '../../../ui/system/system-room';

const Page = () => <SystemRoom />;

export default Page;
