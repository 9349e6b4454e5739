import { Anchor } from '@mantine/core';
import type { Scope } from '@wardbell/contract';
import { CopyButton } from '../../../shared/components/copy-button';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { examplesFor } from '../model/examples';
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
            <h4>{keys.scopes[scope]}</h4>
            <CopyButton value={line} words={{ ...copy, copy: keys.examples.copy }} size="compact-sm" />
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by key */}
          <pre className={classes.shell} tabIndex={0}>
            {line}
          </pre>
        </div>
      ))}
    </>
  );
};
