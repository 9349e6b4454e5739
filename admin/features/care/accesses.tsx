'use client';

import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { PatientAccess } from '@wardbell/contract';
import { FailureNotice } from '../../shared/components/failure-notice';
import { LoneLink } from '../../shared/components/lone-link';
import { PanelSkeleton } from '../../shared/panel/panel-states';
import { useApi, useMe } from '../../shared/session/context';
import { useFormats } from '../../shared/text/formats';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import classes from './accesses.module.css';
import { CARE } from './messages';

const PAGE = 25;

const Access = ({ access }: { access: PatientAccess }) => {
  const text = useText();
  const words = useRoomText(CARE);
  const me = useMe();
  const formats = useFormats();
  const { action, actor_id, actor_name, actor_role, address, at, changed } = access;
  const actions: Readonly<Record<string, string>> = words.actions;
  const fields: Readonly<Record<string, string>> = words.fields;
  const roles: Readonly<Record<string, string>> = text.roles;
  const who =
    actor_id === me.id
      ? text.app.you
      : (actor_name ?? (actor_role === 'integration_key' ? words.accesses.key : (actor_id ?? text.app.none)));
  const role = actor_role === null ? undefined : roles[actor_role];
  return (
    <li className={classes.item}>
      <span>
        <span className={classes.who}>{who}</span>
        {role !== undefined && <span className={classes.quiet}> · {role}</span>}
      </span>
      <span>{actions[action] ?? action}</span>
      {changed.length > 0 && (
        <span className={classes.quiet}>
          {formatMessage(words.accesses.changed, {
            fields: changed.map((field) => fields[field] ?? field).join(', '),
          })}
        </span>
      )}
      <span className={classes.quiet}>
        <time dateTime={at}>{formats.dateTime(at)}</time>
        {address !== null && ` ${formatMessage(words.accesses.from, { address })}`}
      </span>
    </li>
  );
};

/** Who opened or changed a patient, newest first. Each look at it is recorded, so it is read again on request only. */
export const Accesses = ({ patientId }: { patientId: string }) => {
  const words = useRoomText(CARE).accesses;
  const api = useApi();
  const query = useInfiniteQuery({
    queryKey: ['accesses', patientId],
    queryFn: ({ pageParam, signal }) =>
      api.call('GET', '/patients/:id/accesses', {
        params: { id: patientId },
        query: { limit: PAGE, after: pageParam },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    staleTime: 0,
    gcTime: 0,
  });
  if (query.isPending) return <PanelSkeleton lines={5} />;
  if (!query.data) return <FailureNotice error={query.error} onRetry={() => void query.refetch()} />;
  const rows = query.data.pages.flatMap(({ data }) => data);
  return (
    <section aria-label={words.label}>
      {rows.length === 0 ? (
        <p>{words.empty}</p>
      ) : (
        <ul className={classes.list}>
          {rows.map((access) => (
            <Access key={access.id} access={access} />
          ))}
        </ul>
      )}
      {query.error && <p role="alert">{words.loadFailed}</p>}
      <div className={classes.foot}>
        {query.hasNextPage && (
          <Button
            size="compact-sm"
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {words.more}
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          loading={query.isRefetching && !query.isFetchingNextPage}
          onClick={() => void query.refetch()}
        >
          {words.refresh}
        </Button>
        <LoneLink href={`/audit/?tab=looked&patient=${patientId}`}>{words.audit}</LoneLink>
      </div>
      <p className={classes.quiet}>{words.late}</p>
    </section>
  );
};
