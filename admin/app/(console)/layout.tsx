import type { ReactNode } from 'react';
import { Gate } from '../../features/shell/components/gate';
import { SessionProvider } from '../../shared/session/context';

const ConsoleLayout = ({ children }: { children: ReactNode }) => (
  <SessionProvider>
    <Gate>{children}</Gate>
  </SessionProvider>
);

export default ConsoleLayout;
