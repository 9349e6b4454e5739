import { ConnectionsRoom } from '../../../features/connections/components/connections-room';

const Page = () => <ConnectionsRoom />;

export default Page;
