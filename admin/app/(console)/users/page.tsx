import { UsersRoom } from '../../../ui/users/users-room';

const Page = () => <UsersRoom />;

export default Page;
