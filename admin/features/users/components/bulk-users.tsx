'use client';

import { Button, Checkbox, Group, Modal, NativeSelect, Stack } from '@mantine/core';
import type { User } from '@wardbell/contract';
import { useId, useState } from 'react';
import { CopyButton } from '../../../shared/components/copy-button';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { describeUserFailure } from '../model/failure';
import { type BulkAction, type Outcome, useBulk } from '../use-bulk';
import { linkOf } from '../use-invite';
import classes from './bulk-users.module.css';

const KINDS = ['signOut', 'disable', 'enable', 'link', 'role'] as const;
const ROLES = ['clinician', 'front_desk', 'tenant_admin'] as const;

/** Does one thing with several people: they are chosen, named before it is done, and what came of it is said of each. */
export const BulkUsers = ({ users, onClose }: { users: readonly User[]; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(USERS).bulk;
  const listId = useId();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [kind, setKind] = useState<BulkAction['kind']>('signOut');
  const [role, setRole] = useState<(typeof ROLES)[number]>('clinician');
  const [step, setStep] = useState<'choose' | 'confirm' | 'outcome'>('choose');
  const { outcomes, isRunning, run } = useBulk();
  const people = users.filter(({ id }) => chosen.has(id));
  const action: BulkAction = kind === 'role' ? { kind, role } : { kind };
  const question = formatMessage(words.questions[kind], { n: people.length, role: text.roles[role] });
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const start = () => {
    setStep('outcome');
    void run(people, action);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={step === 'choose'}
      closeOnEscape={step !== 'outcome'}
      title={step === 'choose' ? words.title : step === 'confirm' ? question : words.kinds[kind]}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': text.app.close }}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      {step === 'choose' && (
        <Stack gap="md">
          <NativeSelect
            label={words.what}
            value={kind}
            data={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
            onChange={({ currentTarget: { value } }) =>
              setKind(KINDS.find((one) => one === value) ?? 'signOut')
            }
          />
          {kind === 'role' && (
            <NativeSelect
              label={words.role}
              value={role}
              data={ROLES.map((value) => ({ value, label: text.roles[value] }))}
              onChange={({ currentTarget: { value } }) =>
                setRole(ROLES.find((one) => one === value) ?? 'clinician')
              }
            />
          )}
          <Checkbox
            label={formatMessage(words.all, { n: users.length })}
            checked={chosen.size === users.length}
            indeterminate={chosen.size > 0 && chosen.size < users.length}
            onChange={() => setChosen(new Set(chosen.size === users.length ? [] : users.map(({ id }) => id)))}
          />
          <ul className={classes.people} aria-label={words.people}>
            {users.map((user) => (
              <li key={user.id}>
                <Checkbox
                  label={user.name}
                  description={`${text.roles[user.role]} · ${user.email}`}
                  checked={chosen.has(user.id)}
                  onChange={() => toggle(user.id)}
                />
              </li>
            ))}
          </ul>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.app.cancel}
            </Button>
            <Button disabled={people.length === 0} onClick={() => setStep('confirm')}>
              {words.next}
            </Button>
          </Group>
        </Stack>
      )}
      {step === 'confirm' && (
        <>
          <p>{words.hints[kind]}</p>
          <ul className={classes.named} aria-label={words.people}>
            {people.map(({ id, name, email }) => (
              <li key={id}>
                {name} <span className={classes.second}>{email}</span>
              </li>
            ))}
          </ul>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setStep('choose')} data-autofocus>
              {words.back}
            </Button>
            <Button color={kind === 'disable' ? 'red.8' : 'ward'} onClick={start}>
              {words.kinds[kind]}
            </Button>
          </Group>
        </>
      )}
      {step === 'outcome' && (
        <>
          <ul className={classes.named} aria-label={words.people} aria-busy={isRunning} aria-live="polite">
            {people.map((user) => (
              <li key={user.id} className={classes.outcome}>
                <span id={`${listId}${user.id}`}>{user.name}</span>
                <Said outcome={outcomes.get(user.id)} about={`${listId}${user.id}`} />
              </li>
            ))}
          </ul>
          {kind === 'link' && <p className={classes.second}>{words.linkHint}</p>}
          <Group justify="flex-end">
            <Button loading={isRunning} onClick={onClose}>
              {words.done}
            </Button>
          </Group>
        </>
      )}
    </Modal>
  );
};

/** `about` is the id of the person's name. */
const Said = ({ outcome, about }: { outcome: Outcome | undefined; about: string }) => {
  const text = useText();
  const words = useRoomText(USERS);
  if (!outcome) return <span className={classes.second}>{words.bulk.waiting}</span>;
  if (outcome.state === 'waits') return <span>{words.bulk.waits}</span>;
  if (outcome.state === 'failed') {
    const { title, hint } = describeUserFailure(outcome.error, text, words);
    return (
      <strong className={classes.failed}>
        {title}. <span className={classes.second}>{hint}</span>
      </strong>
    );
  }
  if (!outcome.invitation) return <span>{words.bulk.ok}</span>;
  return (
    <span className={classes.link}>
      <code>{linkOf(outcome.invitation.token)}</code>
      <CopyButton
        value={linkOf(outcome.invitation.token)}
        words={words.handOver}
        describedBy={about}
        size="compact-sm"
      />
    </span>
  );
};
