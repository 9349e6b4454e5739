import { EventsRoom } from '../../../ui/events/events-room';

const Page = () => <EventsRoom />;

export default Page;
