import type { ReactNode } from 'react';
import { Gate } from '../../ui/shell/gate';

const ConsoleLayout = ({ children }: { children: ReactNode }) => <Gate>{children}</Gate>;

export default ConsoleLayout;
