import { Home } from '../../features/shell/components/home';

const Page = () => <Home />;

export default Page;
