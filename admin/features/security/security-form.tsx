'use client';

import { Button, NumberInput, Radio, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { TenantSecurity } from '@wardbell/contract';
import { SECOND_FACTOR_DEMANDS } from '@wardbell/contract/account';
import { useEffect } from 'react';
import { describeFailure } from '../../shared/api/describe-failure';
import { hasCode } from '../../shared/api/failure';
import { FailureAlert } from '../../shared/components/failure-alert';
import { toast } from '../../shared/components/toast';
import { focusField } from '../../shared/forms/form-drawer';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import {
  changedFields,
  demandsFrom,
  NUMBER_FIELDS,
  type NumberField,
  type SecurityDraft,
  toDraft,
  toValues,
  validateDraft,
} from './draft';
import { SECURITY } from './messages';
import classes from './security.module.css';
import { useChangeSecurity } from './use-security';

const NO_FLOOR = {};

/** Changes the policy of a clinic, or the floor that it keeps to. */
export const SecurityForm = ({
  tenantId,
  security,
  part,
}: {
  tenantId: string;
  security: TenantSecurity;
  part: 'policy' | 'floor';
}) => {
  const text = useText();
  const words = useRoomText(SECURITY);
  const isFloor = part === 'floor';
  const floor = isFloor ? NO_FLOOR : security.floor;
  const stored = security[part];
  const save = useChangeSecurity(tenantId);
  const form = useForm<SecurityDraft>({
    mode: 'controlled',
    initialValues: toDraft(stored),
    validateInputOnChange: true,
    validate: (draft) => validateDraft(draft, floor, isFloor, words.errors),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is stored has changed, here or elsewhere
  useEffect(() => {
    if (form.isDirty()) return;
    form.setInitialValues(toDraft(stored));
    form.setValues(toDraft(stored));
    form.resetDirty(toDraft(stored));
  }, [stored]);

  const submit = (draft: SecurityDraft) => {
    if (!form.isDirty()) return;
    save.mutate(isFloor ? { floor: toValues(draft) } : { policy: changedFields(security.policy, draft) }, {
      onSuccess: (answer) => {
        form.setInitialValues(toDraft(answer[part]));
        form.setValues(toDraft(answer[part]));
        form.resetDirty(toDraft(answer[part]));
        void toast({ tone: 'success', message: words[part].saved });
      },
    });
  };
  const failure =
    save.error &&
    (hasCode(save.error, 'below_floor') ? words.errors.failed : describeFailure(save.error, text));
  const hint = (field: NumberField): string | undefined => {
    if (isFloor) return words.floor.most;
    const most = security.floor[field];
    const said = [
      field === 'max_sessions_per_user' ? words.fields.sessionsHint : '',
      most === undefined ? '' : formatMessage(words.bound, { n: most }),
    ].filter(Boolean);
    return said.length > 0 ? said.join(' ') : undefined;
  };
  const demanded = isFloor ? undefined : security.floor.second_factor;
  return (
    <form
      noValidate
      className={classes.card}
      aria-label={words[part].title}
      onSubmit={form.onSubmit(submit, (errors) => focusField(form, Object.keys(errors)[0]))}
    >
      <h2>{words[part].title}</h2>
      <p className={classes.lead}>{words[part].lead}</p>
      <FailureAlert failure={failure} mb="md" />
      <div className={classes.fields}>
        <Radio.Group
          label={words.fields.second_factor}
          description={
            demanded === undefined || demanded === 'optional'
              ? words.demands.hint
              : formatMessage(words.demandBound, { demand: words.demands[demanded] })
          }
          {...form.getInputProps('second_factor')}
        >
          <Stack gap="xs" mt="xs">
            {SECOND_FACTOR_DEMANDS.map((demand) => (
              <Radio
                key={demand}
                value={demand}
                label={isFloor && demand === 'optional' ? words.demands.none : words.demands[demand]}
                disabled={save.isPending || !demandsFrom(floor).includes(demand)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <div className={classes.numbers}>
          {NUMBER_FIELDS.map((field) => (
            <NumberInput
              key={field}
              label={words.fields[field]}
              description={hint(field)}
              allowNegative={false}
              allowDecimal={false}
              hideControls
              inputMode="numeric"
              disabled={save.isPending}
              {...form.getInputProps(field)}
            />
          ))}
        </div>
      </div>
      <div className={classes.actions}>
        <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
          {words[part].save}
        </Button>
        <Button
          variant="default"
          disabled={!form.isDirty() || save.isPending}
          onClick={() => form.setValues(toDraft(stored))}
        >
          {words.reset}
        </Button>
      </div>
    </form>
  );
};
