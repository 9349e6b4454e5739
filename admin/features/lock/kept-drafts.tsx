import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { LoneLink } from '../../shared/components/lone-link';
import { toast } from '../../shared/components/toast';
import { NEW_APPOINTMENT, NEW_PATIENT } from '../../shared/session/input-names';
import { takeInput, waitingInput } from '../../shared/session/kept-input';
import type { Language } from '../../shared/text/languages';
import { useRoomText } from '../../shared/text/text';
import { LOCK } from './messages';

type Words = (typeof LOCK)['en']['drafts'];

/** Where the form of this name is opened, and what it is called; undefined of one that its room opens by itself. */
const draftOf = (name: string, words: Words): { label: string; href: string } | undefined => {
  if (name === NEW_PATIENT) return { label: words.newPatient, href: '/patients/' };
  if (name === NEW_APPOINTMENT) return { label: words.newAppointment, href: '/schedule/' };
  const [kind, id = ''] = name.split(' ');
  const query = `?id=${encodeURIComponent(id)}`;
  if (kind === 'patient') return { label: words.patient, href: `/patients/${query}` };
  if (kind === 'booking') return { label: words.newAppointment, href: `/patients/${query}` };
  if (kind === 'appointment') return { label: words.appointment, href: `/schedule/${query}` };
  return undefined;
};

const KeptDrafts = ({ onDone }: { onDone: () => void }) => {
  const words = useRoomText(LOCK).drafts;
  const [names, setNames] = useState(waitingInput);
  const settle = (name: string) => {
    const left = names.filter((each) => each !== name);
    setNames(left);
    if (left.length === 0) onDone();
  };
  return (
    <>
      <p style={{ marginTop: 0 }}>{words.hint}</p>
      {names.map((name) => {
        const draft = draftOf(name, words);
        return (
          draft && (
            <Group key={name} justify="space-between" wrap="nowrap" gap="sm" mt={4}>
              <span>{draft.label}</span>
              <Group wrap="nowrap" gap="sm" style={{ flex: 'none' }}>
                <LoneLink href={draft.href} onClick={() => settle(name)}>
                  {words.open}
                </LoneLink>
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => {
                    takeInput(name);
                    settle(name);
                  }}
                >
                  {words.drop}
                </Button>
              </Group>
            </Group>
          )
        );
      })}
    </>
  );
};

/** Tells of input whose form is not on the screen, so that it is neither forgotten nor lost. */
export const tellOfDrafts = async (language: Language): Promise<void> => {
  const words = (await LOCK.load(language)).drafts;
  if (!waitingInput().some((name) => draftOf(name, words))) return;
  let close = () => {};
  const shown = toast({
    title: words.title,
    autoClose: false,
    message: <KeptDrafts onDone={() => close()} />,
  });
  close = () => void shown.then((hide) => hide());
};
