import { ConnectionsRoom } from '../../../ui/connections/connections-room';

const Page = () => <ConnectionsRoom />;

export default Page;
