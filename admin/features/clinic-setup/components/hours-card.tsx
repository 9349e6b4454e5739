import { ActionIcon, Button, NativeSelect } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { OfficeHours, OfficeWeek, Practitioner } from '@wardbell/contract';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { FailureAlert } from '../../../shared/components/failure-alert';
import { toast } from '../../../shared/components/toast';
import { TimeField } from '../../../shared/forms/time-field';
import { isIsoTime } from '../../../shared/forms/typed-time';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { CLINIC_SETUP_WORDS } from '../messages';
import { useSaveHours } from '../use-setup-writes';
import classes from './clinic-setup.module.css';

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
type Day = (typeof DAYS)[number];
type Span = OfficeWeek[Day][number];

const CLOSED: OfficeWeek = {
  monday: [],
  tuesday: [],
  wednesday: [],
  thursday: [],
  friday: [],
  saturday: [],
  sunday: [],
};

/** A field for times ends the day at midnight; the contract calls that 24:00. */
const shown = (clock: string): string => (clock === '24:00' ? '00:00' : clock);
const endOf = (clock: string): string => (clock === '00:00' ? '24:00' : clock);

const isRight = (week: OfficeWeek): boolean =>
  DAYS.every((day) => {
    const spans = week[day].toSorted((a, b) => a.from.localeCompare(b.from));
    return spans.every(
      ({ from, to }, at) =>
        isIsoTime(from) && isIsoTime(shown(to)) && from < to && (spans[at - 1]?.to ?? '') <= from,
    );
  });

/** The week of the clinic, and of practitioners who have hours of their own. */
export const HoursCard = ({
  hours,
  practitioners,
}: {
  hours: OfficeHours;
  practitioners: readonly Practitioner[];
}) => {
  const text = useText();
  const words = useRoomText(CLINIC_SETUP_WORDS);
  const save = useSaveHours();
  /** The clinic is ''. */
  const [of, setOf] = useState('');
  const stored =
    of === ''
      ? hours.week
      : (hours.practitioners.find(({ practitioner_id }) => practitioner_id === of)?.week ?? CLOSED);
  const [draft, setDraft] = useState<OfficeWeek | null>(null);
  const week = draft ?? stored;
  /** It was to be saved as it is: while a time is being typed, what is wrong is not said. */
  const [isRefused, setRefused] = useState(false);
  const put = (changed: OfficeWeek | null) => {
    setDraft(changed);
    setRefused(false);
  };
  const change = (day: Day, spans: Span[]) => put({ ...week, [day]: spans });
  const submit = () => {
    const others = hours.practitioners.filter(({ practitioner_id }) => practitioner_id !== of);
    const isOwn = of !== '' && DAYS.some((day) => week[day].length > 0);
    const body = {
      week: of === '' ? week : hours.week,
      practitioners: [...others, ...(isOwn ? [{ practitioner_id: of, week }] : [])],
    };
    save.mutate(
      { version: hours.version, body },
      {
        onSuccess: () => {
          put(null);
          void toast({ tone: 'success', message: words.hours.saved });
        },
      },
    );
  };
  return (
    <form
      className={classes.card}
      aria-label={words.hours.title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!draft) return;
        if (isRight(week)) submit();
        else setRefused(true);
      }}
    >
      <h2>{words.hours.title}</h2>
      <p className={classes.lead}>{formatMessage(words.hours.lead, { zone: hours.time_zone })}</p>
      <FailureAlert failure={save.error && describeFailure(save.error, text)} mb="sm" />
      <NativeSelect
        label={words.hours.of}
        description={of === '' ? undefined : words.hours.ownHint}
        value={of}
        mb="sm"
        onChange={(event) => {
          setOf(event.currentTarget.value);
          put(null);
        }}
        data={[
          { value: '', label: words.hours.clinic },
          ...practitioners.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      {DAYS.map((day) => (
        <div key={day} className={classes.day}>
          <span className={classes.dayName}>{words.days[day]}</span>
          <div className={classes.spans}>
            {week[day].length === 0 && <span className={classes.second}>{words.hours.closed}</span>}
            {week[day].map((span, at) => {
              const edit = (changed: Partial<Span>) =>
                change(
                  day,
                  week[day].map((each, n) => (n === at ? { ...each, ...changed } : each)),
                );
              const named = { day: words.days[day], from: span.from, to: span.to };
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: its place is all that names it
                <span key={at} className={classes.span}>
                  <TimeField
                    w="6.5rem"
                    aria-label={formatMessage(words.hours.from, named)}
                    value={span.from}
                    onChange={(from) => edit({ from })}
                  />
                  –
                  <TimeField
                    w="6.5rem"
                    endsDay
                    aria-label={formatMessage(words.hours.to, named)}
                    value={shown(span.to)}
                    onChange={(to) => edit({ to: endOf(to) })}
                  />
                  <ActionIcon
                    variant="subtle"
                    aria-label={formatMessage(words.hours.removeSpan, named)}
                    onClick={() =>
                      change(
                        day,
                        week[day].filter((_, n) => n !== at),
                      )
                    }
                  >
                    <IconX size={16} aria-hidden="true" />
                  </ActionIcon>
                </span>
              );
            })}
            <ActionIcon
              variant="default"
              aria-label={formatMessage(words.hours.add, { day: words.days[day] })}
              onClick={() => {
                const last = week[day].at(-1)?.to;
                change(day, [
                  ...week[day],
                  last === undefined ? { from: '08:00', to: '17:00' } : { from: last, to: '' },
                ]);
              }}
            >
              <IconPlus size={16} aria-hidden="true" />
            </ActionIcon>
          </div>
        </div>
      ))}
      {isRefused && (
        <p className={classes.second} role="alert">
          {words.hours.wrong}
        </p>
      )}
      <div className={classes.actions}>
        <Button type="submit" loading={save.isPending} disabled={!draft}>
          {words.hours.save}
        </Button>
      </div>
    </form>
  );
};
