import { Switch } from '@mantine/core';
import { useRoomText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';

/** Shows archived patients in the list and finds them in a search. */
export const ArchivedSwitch = ({
  shown,
  onChange,
}: {
  shown: boolean;
  onChange: (shown: boolean) => void;
}) => (
  <Switch
    label={useRoomText(PATIENT_FORM).archive.show}
    checked={shown}
    onChange={(event) => onChange(event.currentTarget.checked)}
  />
);
