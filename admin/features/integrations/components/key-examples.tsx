import { Anchor } from '@mantine/core';
import type { Scope } from '@wardbell/contract';
import { useId } from 'react';
import { CopyButton } from '../../../shared/components/copy-button';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { examplesFor } from '../model/examples';
import { CodeBox } from './code-box';
import classes from './integrations-room.module.css';

/** A command line for each scope of a key, with the address of this installation. */
export const KeyExamples = ({
  scopes,
  authorization,
}: {
  scopes: readonly Scope[];
  authorization: string;
}) => {
  const { keys, copy } = useRoomText(INTEGRATIONS);
  const id = useId();
  const examples = examplesFor(scopes, window.location.origin, authorization);
  if (examples.length === 0) {
    return (
      <p className={classes.hint}>
        {keys.examples.none} <Anchor href="/api/docs">{keys.examples.reference}</Anchor>
      </p>
    );
  }
  return (
    <>
      <p className={classes.hint}>{keys.examples.hint}</p>
      {examples.map(({ scope, line }) => (
        <div key={scope} className={classes.example}>
          <div className={classes.exampleHead}>
            <h4 id={`${id}${scope}`}>{keys.scopes[scope]}</h4>
            <CopyButton
              value={line}
              words={{ ...copy, copy: keys.examples.copy }}
              describedBy={`${id}${scope}`}
              size="compact-sm"
            />
          </div>
          <CodeBox label={keys.scopes[scope]}>{line}</CodeBox>
        </div>
      ))}
    </>
  );
};
