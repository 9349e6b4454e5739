import { Radio, Stack, VisuallyHidden } from '@mantine/core';
import type { ClinicSettings, DoubleBooking } from '@wardbell/contract';
import { useId } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { ApiError } from '../../../shared/api/failure';
import { FailureAlert } from '../../../shared/components/failure-alert';
import { toast } from '../../../shared/components/toast';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { CLINIC_SETUP_WORDS } from '../messages';
import { useSaveRule } from '../use-setup-writes';
import classes from './clinic-setup.module.css';

const RULES = ['allow', 'forbid'] as const satisfies readonly DoubleBooking[];

/** The rule on double bookings. It is saved when it is chosen. */
export const DoubleBookingCard = ({ settings }: { settings: ClinicSettings }) => {
  const text = useText();
  const words = useRoomText(CLINIC_SETUP_WORDS);
  const save = useSaveRule();
  const headingId = useId();
  const said = words.doubleBooking;
  const { error } = save;
  const failure =
    error instanceof ApiError && error.code === 'overlapping_appointments'
      ? {
          title: said.refused,
          hint: formatMessage(said.refusedHint, { n: Number(error.members['overlaps']) }),
        }
      : error && describeFailure(error, text);
  return (
    <section className={classes.card} aria-labelledby={headingId}>
      <h2 id={headingId}>{said.title}</h2>
      <p className={classes.lead}>{said.lead}</p>
      <FailureAlert failure={failure} mb="sm" />
      <Radio.Group
        // Mantine names the group by its label alone.
        label={<VisuallyHidden>{said.title}</VisuallyHidden>}
        // without a box of its own, which would be an empty line
        labelProps={{ style: { display: 'contents' } }}
        value={settings.double_booking}
        onChange={(value) => {
          const rule = RULES.find((each) => each === value);
          if (rule === undefined) return;
          save.mutate(
            { version: settings.version, rule },
            { onSuccess: () => void toast({ tone: 'success', message: said.saved }) },
          );
        }}
      >
        <Stack gap="xs">
          {RULES.map((rule) => (
            <Radio key={rule} value={rule} label={said[rule]} disabled={save.isPending} />
          ))}
        </Stack>
      </Radio.Group>
    </section>
  );
};
