import { Button, Group, Modal, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useRoomText, useText } from '../../../shared/text/text';
import { scheduleText } from '../messages';
import type { Choice } from '../model/filter';

/** Asks which practitioner a person is, when neither the clinic's records nor the name of the account say it. */
export const ChooseMine = ({
  choices,
  current,
  onChoose,
  onClose,
}: {
  choices: readonly Choice[];
  current: string | null;
  onChoose: (key: string) => void;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(scheduleText).mine;
  const [chosen, setChosen] = useState(current ?? choices[0]?.key ?? '');
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      centered
      size="sm"
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onChoose(chosen);
        }}
      >
        <p style={{ marginTop: 0 }}>{choices.length > 0 ? words.hint : words.none}</p>
        {choices.length > 0 && (
          <NativeSelect
            label={words.practitioner}
            value={chosen}
            onChange={({ currentTarget }) => setChosen(currentTarget.value)}
            data={choices.map(({ key, label }) => ({ value: key, label }))}
            mb="md"
            data-autofocus
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {text.app.close}
          </Button>
          {choices.length > 0 && <Button type="submit">{words.show}</Button>}
        </Group>
      </form>
    </Modal>
  );
};
