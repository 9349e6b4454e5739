import { useRoomText } from '../../../shared/text/text';
import { connectionsText } from '../messages';

/** Words for why a handshake was refused; a newer server may know reasons that this page does not. */
export const useReasonName = (): ((reason: string) => string) => {
  const reasons: Readonly<Record<string, string>> = useRoomText(connectionsText).reasons;
  return (reason) => reasons[reason] ?? reason.replaceAll('_', ' ');
};
