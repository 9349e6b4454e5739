import { UsersRoom } from '../../../features/users/components/users-room';

const Page = () => <UsersRoom />;

export default Page;
