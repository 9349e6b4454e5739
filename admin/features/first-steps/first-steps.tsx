'use client';

import { CloseButton } from '@mantine/core';
import { IconCircle, IconCircleCheck } from '@tabler/icons-react';
import type { FirstSteps as Steps } from '@wardbell/contract';
import { useState } from 'react';
import { Link } from '../../shared/components/link';
import { useMe } from '../../shared/session/context';
import { formatMessage } from '../../shared/text/message';
import { useRoomText } from '../../shared/text/text';
import { dismiss, isDismissed } from './dismissed';
import classes from './first-steps.module.css';
import { FIRST_STEPS } from './messages';
import { isDone, useFirstSteps } from './use-first-steps';

const STEPS: readonly { readonly id: keyof Steps; readonly href: string }[] = [
  { id: 'people', href: '/users/' },
  { id: 'practitioners', href: '/clinic-setup/' },
  { id: 'rooms', href: '/clinic-setup/' },
  { id: 'patients', href: '/patients/?import=1' },
];

/** What a new clinic still needs, ticked as it comes, until everything is there or the person does not want it any more. */
export const FirstSteps = () => {
  const { id } = useMe();
  const [isHidden, setHidden] = useState(() => isDismissed(id));
  return isHidden ? null : (
    <Shown
      onDismiss={() => {
        dismiss(id);
        setHidden(true);
      }}
    />
  );
};

const Shown = ({ onDismiss }: { onDismiss: () => void }) => {
  const words = useRoomText(FIRST_STEPS);
  const steps = useFirstSteps();
  /** Who sees it become complete sees it complete; who comes later does not see it. */
  const [wasOpen, setWasOpen] = useState(false);
  if (!steps) return null;
  if (!isDone(steps) && !wasOpen) setWasOpen(true);
  if (isDone(steps) && !wasOpen) return null;
  const done = STEPS.filter((step) => steps[step.id]).length;
  return (
    <section className={classes.steps} aria-labelledby="first-steps">
      <header className={classes.header}>
        <h2 id="first-steps">{words.title}</h2>
        <span className={classes.count}>{formatMessage(words.count, { done, all: STEPS.length })}</span>
        <CloseButton
          size={24}
          iconSize={14}
          aria-label={words.dismiss}
          title={words.dismiss}
          onClick={onDismiss}
        />
      </header>
      <ol className={classes.list}>
        {STEPS.map((step) => {
          const isTicked = steps[step.id];
          const Icon = isTicked ? IconCircleCheck : IconCircle;
          return (
            <li key={step.id} data-done={isTicked || undefined}>
              <Icon size={18} stroke={1.8} aria-hidden="true" />
              <Link href={step.href}>{words.steps[step.id]}</Link>
              {isTicked && <span className={classes.said}>{words.done}</span>}
            </li>
          );
        })}
      </ol>
    </section>
  );
};
