import { NotificationsRoom } from '../../../features/notifications/components/notifications-room';

const Page = () => <NotificationsRoom />;

export default Page;
