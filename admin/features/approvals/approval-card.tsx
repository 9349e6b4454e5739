import { Button } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { Approval } from '@wardbell/contract';
import { useId } from 'react';
import { describeFailure } from '../../shared/api/describe-failure';
import { FailureAlert } from '../../shared/components/failure-alert';
import { toast } from '../../shared/components/toast';
import { Fact } from '../../shared/panel/panel';
import panel from '../../shared/panel/panel.module.css';
import { useMe } from '../../shared/session/context';
import { useFormats } from '../../shared/text/formats';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import classes from './approvals.module.css';
import { APPROVALS } from './messages';
import { useDecide } from './use-approvals';

/** `about` is the id of the heading that says which change it is. */
const Decide = ({ id, about }: { id: string; about: string }) => {
  const text = useText();
  const words = useRoomText(APPROVALS);
  const approve = useDecide(id, 'approve');
  const reject = useDecide(id, 'reject');
  const error = approve.error ?? reject.error;
  const failure = error && describeFailure(error, text);
  const tell = (message: string) => ({ onSuccess: () => void toast({ tone: 'success', message }) });
  return (
    <>
      <FailureAlert failure={failure} mt="sm" />
      <div className={classes.actions}>
        <Button
          leftSection={<IconCheck size={16} aria-hidden="true" />}
          aria-describedby={about}
          loading={approve.isPending}
          disabled={reject.isPending}
          onClick={() => approve.mutate(undefined, tell(words.told.approved))}
        >
          {words.approve}
        </Button>
        <Button
          variant="default"
          leftSection={<IconX size={16} aria-hidden="true" />}
          aria-describedby={about}
          loading={reject.isPending}
          disabled={approve.isPending}
          onClick={() => reject.mutate(undefined, tell(words.told.rejected))}
        >
          {words.reject}
        </Button>
      </div>
    </>
  );
};

/** What would change, a line each: the new values, and what happens to secrets. */
const Changes = ({ approval: { changed, change } }: { approval: Approval }) => {
  const text = useText();
  const words = useRoomText(APPROVALS);
  const shown: Readonly<Record<string, string | undefined>> = {
    ...change,
    role: change.role && text.roles[change.role],
    status: change.status && words.statuses[change.status],
    ...words.secret,
  };
  const fields: Readonly<Record<string, string>> = words.fields;
  return changed.map((field) => (
    <Fact key={field} name={fields[field] ?? field}>
      {shown[field] ?? text.app.none}
    </Fact>
  ));
};

/** One change of a super admin, and its decision. */
export const ApprovalCard = ({
  approval,
  person,
  clinic,
}: {
  approval: Approval;
  /** How the id of a person is written for a reader. */
  person: (id: string) => string;
  /** Absent for admins of one clinic. */
  clinic: string | undefined;
}) => {
  const words = useRoomText(APPROVALS);
  const formats = useFormats();
  const heading = useId();
  const mayDecide = useMe().role === 'tenant_admin';
  const isPending = approval.status === 'pending';
  const time = (at: string) => <time dateTime={at}>{formats.dateTime(at)}</time>;
  return (
    <li className={classes.card} data-pending={isPending || undefined} aria-labelledby={heading}>
      <div className={classes.head}>
        <h2 id={heading} className={classes.name}>
          {formatMessage(words.kinds[approval.kind], { name: approval.name })}
        </h2>
        <span className={classes.state}>{words.state[approval.status]}</span>
      </div>
      <dl className={panel.facts}>
        {clinic !== undefined && <Fact name={words.clinic}>{clinic}</Fact>}
        {approval.kind !== 'user_create' && <Fact name={words.account}>{approval.email}</Fact>}
        <Changes approval={approval} />
        <Fact name={words.asked}>{time(approval.requested_at)}</Fact>
        <Fact name={words.askedBy}>{person(approval.requested_by)}</Fact>
        {isPending && <Fact name={words.effective}>{time(approval.effective_at)}</Fact>}
        {approval.decided_at !== null && <Fact name={words.decided}>{time(approval.decided_at)}</Fact>}
        {approval.decided_by !== null && <Fact name={words.decidedBy}>{person(approval.decided_by)}</Fact>}
      </dl>
      {isPending && mayDecide && <Decide id={approval.id} about={heading} />}
    </li>
  );
};
