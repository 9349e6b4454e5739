'use client';

import type { IntegrationKeyCreated } from '@wardbell/contract';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { withKey } from '../model/examples';
import { KeyExamples } from './key-examples';
import { ShownOnce } from './shown-once';

/** A key that was just created, with lines that try it. */
export const NewKey = ({ made, onDone }: { made: IntegrationKeyCreated; onDone: () => void }) => {
  const words = useRoomText(INTEGRATIONS).keys.made;
  return (
    <ShownOnce
      title={formatMessage(words.title, { name: made.name })}
      hint={words.hint}
      label={words.key}
      copyLabel={words.copyKey}
      secret={made.key}
      onDone={onDone}
    >
      <h3>{words.tryIt}</h3>
      <KeyExamples scopes={made.scopes} authorization={withKey(made.key)} />
    </ShownOnce>
  );
};
