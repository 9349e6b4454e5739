import { Home } from '../../ui/shell/home';

const Page = () => <Home />;

export default Page;
