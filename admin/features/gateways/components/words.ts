import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { GATEWAYS } from '../messages';

/** Names of statuses; a newer server may have statuses that this page does not. */
export const useStatusName = (): ((status: string) => string) => {
  const names: Readonly<Record<string, string>> = useRoomText(GATEWAYS).status;
  return (status) => names[status] ?? status;
};

/** A silence limit in the largest unit that divides it: "30 s", "5 min", "2 h". */
export const useDuration = (): ((seconds: number) => string) => {
  const words = useRoomText(GATEWAYS).duration;
  const formats = useFormats();
  return (seconds) => {
    const [text, unitS] =
      seconds % 3_600 === 0 ? [words.h, 3_600] : seconds % 60 === 0 ? [words.min, 60] : [words.s, 1];
    return formatMessage(text, { n: formats.number(seconds / unitS) });
  };
};
