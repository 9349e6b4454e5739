import { ScheduleRoom } from '../../../ui/schedule/schedule-room';

const Page = () => <ScheduleRoom />;

export default Page;
