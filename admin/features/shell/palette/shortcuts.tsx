'use client';

import { Kbd, Modal } from '@mantine/core';
import { Fragment } from 'react';
import { useRoomText, useText } from '../../../shared/text/text';
import { SHELL } from '../messages';
import classes from './shortcuts.module.css';

const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The keys that work, by where they do. */
export const Shortcuts = ({ onClose }: { onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(SHELL).shortcuts;
  const { keys } = words;
  const groups = [
    {
      title: words.everywhere,
      keys: [
        [[isMac() ? '⌘ K' : `${keys.ctrl} K`], words.palette],
        [['?'], words.help],
        [['/'], words.search],
        [['n'], words.create],
        [['F8'], words.bar],
        [[keys.esc], words.close],
      ],
    },
    {
      title: words.lists,
      keys: [
        [['↑', '↓'], words.move],
        [[`${keys.page} ↑`, `${keys.page} ↓`], words.page],
        [[keys.home, keys.end], words.ends],
        [[keys.enter], words.open],
      ],
    },
    {
      title: words.inbox.title,
      keys: [
        [['j', 'k'], words.inbox.move],
        [[keys.enter], words.open],
        [['e'], words.inbox.archive],
        [['a'], words.inbox.acknowledge],
        [['u'], words.inbox.read],
        [['s'], words.inbox.snooze],
      ],
    },
    {
      title: words.schedule,
      keys: [
        [['t'], words.today],
        [['j'], words.nextDay],
        [['k'], words.previousDay],
        [['w'], words.week],
        [['m'], words.mine],
        [['↑', '↓', '←', '→'], words.walk],
        [['↑', '↓', '←', '→'].map((arrow) => `${keys.alt} ${arrow}`), words.shift],
        [['a'], words.status.arrived],
        [['c'], words.status.checkedIn],
        [['d'], words.status.done],
        [['o'], words.status.noshow],
        [['b'], words.status.booked],
        [['x'], words.status.cancel],
      ],
    },
  ] as const;
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      size="lg"
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      {groups.map(({ title, keys: lines }) => (
        <section key={title} className={classes.group}>
          <h3>{title}</h3>
          <dl>
            {lines.map(([combinations, meaning]) => (
              <div key={meaning} className={classes.line}>
                <dt>
                  {combinations.map((combination, index) => (
                    <Fragment key={combination}>
                      {index > 0 && <span className={classes.or}> {words.or} </span>}
                      <Kbd>{combination}</Kbd>
                    </Fragment>
                  ))}
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
};
