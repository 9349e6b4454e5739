import { IntegrationsRoom } from '../../../features/integrations/components/integrations-room';

const Page = () => <IntegrationsRoom />;

export default Page;
