import { GatewaysRoom } from '../../../features/gateways/components/gateways-room';

const Page = () => <GatewaysRoom />;

export default Page;
