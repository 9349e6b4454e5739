'use client';

import { Button, type ButtonProps } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

const SAID_MS = 2_000;

/** Copies a text. Where the browser has no clipboard (plain HTTP), it says so instead of pretending. */
export const CopyButton = ({
  value,
  words,
  describedBy,
  ...props
}: {
  /** The text, or what makes it at the click. */
  value: string | (() => string);
  words: { readonly copy: string; readonly copied: string; readonly notCopied: string };
  /** The id of what says which one it copies, where there are several. */
  describedBy?: string | undefined;
} & Pick<ButtonProps, 'size' | 'variant'>) => {
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');
  useEffect(() => {
    if (state !== 'copied') return undefined;
    const timer = setTimeout(() => setState('ready'), SAID_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof value === 'string' ? value : value());
      setState('copied');
    } catch {
      setState('failed');
    }
  };
  const Icon = state === 'copied' ? IconCheck : IconCopy;
  return (
    <>
      <Button
        variant="default"
        {...props}
        leftSection={<Icon size={16} aria-hidden="true" />}
        // What a status contains is not part of a button's name.
        aria-label={state === 'copied' ? words.copied : words.copy}
        aria-describedby={describedBy}
        onClick={() => void copy()}
      >
        <span role="status">{state === 'copied' ? words.copied : words.copy}</span>
      </Button>
      {state === 'failed' && <p role="alert">{words.notCopied}</p>}
    </>
  );
};
