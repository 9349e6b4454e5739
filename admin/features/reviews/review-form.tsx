'use client';

import { Button, Group, Radio, Stack, Textarea } from '@mantine/core';
import type { BreakGlass } from '@wardbell/contract';
import { type FormEvent, useRef, useState } from 'react';
import { describeFailure } from '../../shared/api/describe-failure';
import { FailureAlert } from '../../shared/components/failure-alert';
import { toast } from '../../shared/components/toast';
import { useRoomText, useText } from '../../shared/text/text';
import { REVIEWS } from './messages';
import { useReview } from './use-emergencies';

const VERDICTS = ['justified', 'unjustified'] as const;
const MAX_CHARACTERS = 2_000;

/** The verdict on an emergency access, with a note. */
export const ReviewForm = ({
  row,
  onDone,
  onCancel,
}: {
  row: BreakGlass;
  onDone: () => void;
  /** Absent: there is no review yet to go back to. */
  onCancel: (() => void) | undefined;
}) => {
  const text = useText();
  const words = useRoomText(REVIEWS).review;
  const review = useReview(row.id);
  const [verdict, setVerdict] = useState(row.verdict);
  const [refused, setRefused] = useState<{ verdict?: string; note?: string }>({});
  const note = useRef<HTMLTextAreaElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const written = note.current?.value.trim() ?? '';
    if (verdict === null) return setRefused({ verdict: words.choose });
    if (written.length > MAX_CHARACTERS) return setRefused({ note: words.tooLong });
    setRefused({});
    review.mutate(
      { verdict, note: written || null },
      {
        onSuccess: () => {
          onDone();
          void toast({ tone: 'success', message: words.saved });
        },
      },
    );
  };
  const failure = review.error && describeFailure(review.error, text);
  return (
    <form onSubmit={submit} aria-label={words.title} noValidate>
      <Stack gap="md">
        <FailureAlert failure={failure} />
        <Radio.Group
          label={words.title}
          value={verdict}
          error={refused.verdict}
          onChange={(value) => setVerdict(VERDICTS.find((each) => each === value) ?? null)}
        >
          <Stack gap="xs" mt="xs">
            {VERDICTS.map((value) => (
              <Radio
                key={value}
                value={value}
                label={words[value]}
                description={words[`${value}Hint`]}
                disabled={review.isPending}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea
          ref={note}
          label={words.note}
          description={words.noteHint}
          defaultValue={row.note ?? ''}
          error={refused.note}
          disabled={review.isPending}
          autosize
          minRows={2}
          maxRows={8}
        />
        <Group justify="flex-end">
          {onCancel && (
            <Button variant="default" onClick={onCancel} disabled={review.isPending}>
              {text.app.cancel}
            </Button>
          )}
          <Button type="submit" loading={review.isPending}>
            {words.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
