import { Board } from '../../features/board/components/board';

const Page = () => <Board />;

export default Page;
