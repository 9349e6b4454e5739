import { LimitsRoom } from '../../../features/limits/components/limits-room';

const Page = () => <LimitsRoom />;

export default Page;
