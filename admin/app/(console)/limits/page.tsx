import { LimitsRoom } from '../../../ui/limits/limits-room';

const Page = () => <LimitsRoom />;

export default Page;
