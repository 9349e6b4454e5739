import type { ReactNode } from 'react';
import { Gate } from '../../features/shell/components/gate';

const ConsoleLayout = ({ children }: { children: ReactNode }) => <Gate>{children}</Gate>;

export default ConsoleLayout;
