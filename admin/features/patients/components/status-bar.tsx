'use client';

import { UnstyledButton } from '@mantine/core';
import { useConnection } from '@wardbell/client/react';
import { lazily } from '../../../shared/lazily';
import classes from '../../../shared/room/room.module.css';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { type Text, useText } from '../../../shared/text/text';
import type { PatientList } from '../queries/use-patient-list';

const ListTools = lazily(async () => (await import('./list-tools')).ListTools);

const countText = (
  words: Text['patients']['status'],
  n: number,
  formatted: string,
  complete: boolean,
  searched: boolean,
): string => {
  if (searched)
    return complete
      ? formatMessage(words.foundAll, { n, formatted })
      : formatMessage(words.foundSome, { formatted });
  return complete
    ? formatMessage(words.loadedAll, { n, formatted })
    : formatMessage(words.loadedSome, { formatted });
};

/** How much of the list is here, and whether it is up to date. */
export const StatusBar = ({
  list,
  search,
  archived,
  tools,
}: {
  list: PatientList;
  search: string;
  archived: boolean;
  /** The total and the file are asked for after the list is here. */
  tools: boolean;
}) => {
  const searched = search !== '';
  const text = useText();
  const words = text.patients.status;
  const formats = useFormats();
  const { state } = useConnection();
  const failed = list.error !== null && list.rows.length > 0;
  const stale = !list.live && !list.loading && list.rows.length > 0 && state.status !== 'live';
  const count =
    list.loading || list.searching || list.rows.length === 0
      ? ''
      : countText(words, list.rows.length, formats.number(list.rows.length), list.complete, searched);
  if (list.rows.length === 0 && !list.loading) return null;
  return (
    <div className={classes.status}>
      {/* Spoken for searches only: a count that speaks at every change of the clinic would never be silent. */}
      <span role={searched ? 'status' : undefined}>{count}</span>
      {failed ? (
        <span className={classes.warning} role="alert">
          {words.loadMoreFailed}{' '}
          <UnstyledButton className={classes.link} onClick={list.retry}>
            {text.app.retry}
          </UnstyledButton>
        </span>
      ) : stale ? (
        <span className={classes.warning}>
          {state.liveAtMs === null
            ? text.connection.staleUnknown
            : formatMessage(text.connection.stale, { time: formats.time(state.liveAtMs) })}
        </span>
      ) : list.loadingMore ? (
        <span>{words.loadingMore}</span>
      ) : (
        tools && !list.loading && <ListTools list={list} search={search} archived={archived} />
      )}
    </div>
  );
};
