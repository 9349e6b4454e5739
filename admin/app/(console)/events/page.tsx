import { EventsRoom } from '../../../features/events/components/events-room';

const Page = () => <EventsRoom />;

export default Page;
