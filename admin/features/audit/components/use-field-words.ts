import { useMemo } from 'react';
import { useRoomText } from '../../../shared/text/text';
import { CARE } from '../../care/messages';
import { AUDIT } from '../messages';

/** What fields are called in the reader's language: those of records as in "who looked", and those of settings. */
export const useFieldWords = (): Readonly<Record<string, string>> => {
  const ofRecords = useRoomText(CARE).fields;
  const ofSettings = useRoomText(AUDIT).fields;
  return useMemo(() => ({ ...ofRecords, ...ofSettings }), [ofRecords, ofSettings]);
};
