import { NotificationsRoom } from '../../../ui/notifications/notifications-room';

const Page = () => <NotificationsRoom />;

export default Page;
