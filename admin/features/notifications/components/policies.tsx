'use client';

import { ActionIcon, Button, Group, Skeleton, UnstyledButton } from '@mantine/core';
import { IconStairsUp, IconTrash } from '@tabler/icons-react';
import type { EscalationPolicy, NoticeTarget } from '@wardbell/contract';
import { useId, useState } from 'react';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { describeFailure } from '../../../shared/api/describe-failure';
import { Confirm } from '../../../shared/components/confirm';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Notice } from '../../../shared/components/notice';
import { lazily } from '../../../shared/lazily';
import room from '../../../shared/room/room.module.css';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { useDeletePolicy, usePolicies } from '../use-policies';
import classes from './escalation.module.css';

const PolicyForm = lazily(async () => (await import('./policy-form')).PolicyForm);

const MINUTE_S = 60;
/** Names that stand in a list; more are counted. */
const NAMED = 3;

/** Whom and how long, in words. */
const useStepWords = () => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS).policies;
  const colleagues = useColleagueNames();
  const time = (seconds: number) =>
    seconds % MINUTE_S === 0
      ? formatMessage(words.minutes, { n: seconds / MINUTE_S })
      : formatMessage(words.seconds, { n: seconds });
  const target = (to: NoticeTarget) => {
    if ('roles' in to) return to.roles.map((role) => text.roles[role]).join(', ');
    const names = to.user_ids.slice(0, NAMED).map((id) => colleagues.get(id) ?? id.slice(0, 8));
    const others = to.user_ids.length - names.length;
    return others > 0 ? `${names.join(', ')} +${others}` : names.join(', ');
  };
  return (policy: EscalationPolicy): string =>
    [
      formatMessage(words.firstFor, { time: time(policy.within_s) }),
      ...policy.steps.map(({ to, within_s }) => `${target(to)} (${time(within_s)})`),
      policy.fallback ? `${target(policy.fallback.to)} (${time(policy.fallback.within_s)})` : words.admins,
    ].join(' → ');
};

/** How notices go on when nobody acknowledges them. */
export const Policies = ({
  isCreating,
  onCreating,
  onDrill,
}: {
  isCreating: boolean;
  onCreating: (isCreating: boolean) => void;
  onDrill: (policy: EscalationPolicy) => void;
}) => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS).policies;
  const { rows, loading, error, retry } = usePolicies();
  const describe = useStepWords();
  const [edited, setEdited] = useState<EscalationPolicy | null>(null);
  const [removal, setRemoval] = useState<EscalationPolicy | null>(null);
  const remove = useDeletePolicy();
  const listId = useId();
  return (
    <>
      <div className={room.sheet}>
        {rows.length > 0 ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by key
          <section className={room.notice} tabIndex={0} aria-label={words.title}>
            <ul className={classes.list}>
              {rows.map((policy) => (
                <li key={policy.id} className={classes.item}>
                  <UnstyledButton className={classes.itemText} onClick={() => setEdited(policy)}>
                    <strong id={`${listId}${policy.id}`}>{policy.name}</strong>
                    <span>{describe(policy)}</span>
                    <span className={classes.quiet}>{words.modes[policy.mode]}</span>
                  </UnstyledButton>
                  <Group gap="xs">
                    <Button
                      size="compact-md"
                      variant="light"
                      aria-describedby={`${listId}${policy.id}`}
                      onClick={() => onDrill(policy)}
                    >
                      {words.drill}
                    </Button>
                    <ActionIcon
                      variant="subtle"
                      color="red"
                      size="lg"
                      aria-label={formatMessage(words.remove, { name: policy.name })}
                      onClick={() => setRemoval(policy)}
                    >
                      <IconTrash size={18} aria-hidden="true" />
                    </ActionIcon>
                  </Group>
                </li>
              ))}
            </ul>
          </section>
        ) : loading ? (
          <div className={classes.page} role="status" aria-label={text.app.loading}>
            <Skeleton height={48} />
          </div>
        ) : (
          <div className={room.notice} role="status">
            {error ? (
              <FailureNotice error={error} onRetry={retry} />
            ) : (
              <Notice icon={IconStairsUp} {...words.empty}>
                <Button onClick={() => onCreating(true)}>{words.create}</Button>
              </Notice>
            )}
          </div>
        )}
        <div className={room.status}>
          <span>{words.hint}</span>
        </div>
      </div>
      {(isCreating || edited) && (
        <PolicyForm
          policy={edited}
          onClose={() => {
            setEdited(null);
            onCreating(false);
          }}
        />
      )}
      {removal && (
        <Confirm
          title={formatMessage(words.removeTitle, { name: removal.name })}
          hint={words.removeHint}
          action={words.removeAction}
          pending={remove.isPending}
          failure={remove.error && describeFailure(remove.error, text)}
          onConfirm={() => remove.mutate(removal, { onSuccess: () => setRemoval(null) })}
          onClose={() => {
            remove.reset();
            setRemoval(null);
          }}
        />
      )}
    </>
  );
};
