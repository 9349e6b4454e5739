import { useFormats } from '../text/formats';
import { formatMessage } from '../text/message';
import { useText } from '../text/text';

/** The zone of all times of a list, when the reader's clock shows another time. */
export const ZoneNote = () => {
  const text = useText();
  const { timeZone, isElsewhere } = useFormats();
  return isElsewhere && <span>{formatMessage(text.app.zone, { zone: timeZone })}</span>;
};
