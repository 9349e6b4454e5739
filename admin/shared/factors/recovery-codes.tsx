'use client';

import { Button, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { CopyButton } from '../components/copy-button';
import { useRoomText } from '../text/text';
import classes from './factors.module.css';
import { FACTORS } from './messages';

const FILE_NAME = 'wardbell-recovery-codes.txt';

/** The recovery codes, this once. */
export const RecoveryCodes = ({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) => {
  const words = useRoomText(FACTORS).codes;
  const lines = `${codes.join('\n')}\n`;
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([lines], { type: 'text/plain' }));
    setAddress(url);
    return () => URL.revokeObjectURL(url);
  }, [lines]);
  return (
    <>
      <Text fw={650}>{words.title}</Text>
      <Text size="sm">{words.hint}</Text>
      <output aria-label={words.label} className={classes.codes}>
        {codes.map((code) => (
          <span key={code}>{code}</span>
        ))}
      </output>
      <Group gap="sm">
        <CopyButton value={lines} words={words} />
        <Button
          component="a"
          href={address}
          download={FILE_NAME}
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden="true" />}
        >
          {words.download}
        </Button>
      </Group>
      <Button mt="lg" fullWidth size="md" onClick={onDone}>
        {words.done}
      </Button>
    </>
  );
};
