import { ScheduleRoom } from '../../../features/schedule/components/schedule-room';

const Page = () => <ScheduleRoom />;

export default Page;
