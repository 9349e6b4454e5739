'use client';

import { Text } from '@mantine/core';
import { IconUserCheck } from '@tabler/icons-react';
import { useColleagueNames } from '../../shared/api/colleagues';
import { FailureNotice } from '../../shared/components/failure-notice';
import { Notice } from '../../shared/components/notice';
import { BackLink } from '../../shared/room/back-link';
import { Room } from '../../shared/room/room';
import room from '../../shared/room/room.module.css';
import { useMe } from '../../shared/session/context';
import { useTenants } from '../../shared/tenants/use-tenants';
import { useRoomText, useText } from '../../shared/text/text';
import { ApprovalCard } from './approval-card';
import classes from './approvals.module.css';
import { APPROVALS } from './messages';
import { useApprovals } from './use-approvals';

/** Changes of super admins to accounts of clinics: what waits, and what was decided. */
export const Approvals = () => {
  const text = useText();
  const words = useRoomText(APPROVALS);
  const me = useMe();
  const isSuper = me.role === 'super_admin';
  const list = useApprovals();
  const colleagues = useColleagueNames();
  const tenants = useTenants();
  const person = (id: string) => (id === me.id ? text.app.you : (colleagues.get(id) ?? words.superAdmin));
  const clinicOf = (id: string) => tenants?.find((tenant) => tenant.id === id)?.name ?? id;
  return (
    <Room title={words.title} bar={<BackLink href="/users/">{words.back}</BackLink>}>
      {list.rows.length > 0 ? (
        <div className={room.page}>
          <Text size="sm" maw="56rem">
            {isSuper ? words.hintSuper : words.hint}
          </Text>
          <ul className={classes.list} aria-label={words.title}>
            {list.rows.map((approval) => (
              <ApprovalCard
                key={approval.id}
                approval={approval}
                person={person}
                clinic={isSuper ? clinicOf(approval.tenant_id) : undefined}
              />
            ))}
          </ul>
        </div>
      ) : (
        <div className={room.notice} role="status">
          {list.error ? (
            <FailureNotice error={list.error} onRetry={list.retry} />
          ) : (
            !list.loading && <Notice icon={IconUserCheck} {...words.empty} />
          )}
        </div>
      )}
    </Room>
  );
};
