'use client';

import { Alert, Button, NumberInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { LimitsOutcome, Tenant, TenantUsage } from '@wardbell/contract';
import { DEFAULT_MESSAGES_PER_MINUTE } from '@wardbell/contract/tenant';
import { useEffect, useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import type { Loaded } from '../../../shared/api/load-pages';
import { Confirm } from '../../../shared/components/confirm';
import { FailureAlert } from '../../../shared/components/failure-alert';
import { LoneLink } from '../../../shared/components/lone-link';
import { focusField } from '../../../shared/forms/form-drawer';
import { useApi, useMe } from '../../../shared/session/context';
import { tenantKey } from '../../../shared/tenants/use-tenant';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import type { Connection } from '../../connections/use-connections';
import { limitsText } from '../messages';
import { changedFields, type LimitsDraft, toDraft, toLimits, validateDraft } from '../model/draft';
import { LIMIT_FIELDS, type LimitField } from '../model/fields';
import { effectiveOf, forecast } from '../model/forecast';
import { ForecastBox } from './forecast-box';
import classes from './limits-room.module.css';

/** What each field means when it is empty, and how far it goes. */
const useDescriptions = (tenant: Tenant, usage: TenantUsage): Record<LimitField, string> => {
  const words = useRoomText(limitsText).form;
  const formats = useFormats();
  const { role } = useMe();
  const describe = (field: LimitField, byDefault: number): string => {
    const isSuper = role === 'super_admin';
    const ceiling = tenant.ceilings[field];
    const bound = isSuper ? ceiling : tenant.bounds[field];
    const boundText = isSuper ? words.ceilingForSuper : ceiling === null ? words.bound : words.ceiling;
    const most =
      bound === null ? words.noCeiling : formatMessage(boundText, { formatted: formats.number(bound) });
    const empty =
      bound !== null && byDefault > bound
        ? words.emptyCeiling
        : formatMessage(words.empty, { formatted: formats.number(byDefault) });
    return `${most} ${empty}`;
  };
  return {
    max_connections: describe('max_connections', usage.default_max_connections),
    max_connections_per_user: describe('max_connections_per_user', usage.default_max_connections_per_user),
    max_messages_per_minute: describe('max_messages_per_minute', DEFAULT_MESSAGES_PER_MINUTE),
  };
};

/** What the server says has come of it. */
const Outcome = ({ outcome }: { outcome: LimitsOutcome['outcome'] }) => {
  const words = useRoomText(limitsText).outcome;
  const formats = useFormats();
  const open = formats.number(outcome.connections);
  const above = formats.number(outcome.above_limit);
  const said = {
    none: formatMessage(words.none, { n: outcome.connections, open }),
    refuse_new: formatMessage(words.refuse_new, { n: outcome.above_limit, above, open }),
    close_newest: formatMessage(words.close_newest, { n: outcome.above_limit, above }),
  };
  return (
    <Alert color="teal" variant="light" icon={<IconCircleCheck />} title={words.title} role="status" mb="md">
      {said[outcome.action]}
    </Alert>
  );
};

/** Changes a clinic's limits, and shows before it is done what it would do. */
export const LimitsForm = ({
  tenant,
  usage,
  connections,
}: {
  tenant: Tenant;
  usage: TenantUsage;
  connections: Loaded<Connection> | undefined;
}) => {
  const text = useText();
  const words = useRoomText(limitsText);
  const formats = useFormats();
  const api = useApi();
  const me = useMe();
  const cache = useQueryClient();
  const descriptions = useDescriptions(tenant, usage);
  const bounds = me.role === 'super_admin' ? tenant.ceilings : tenant.bounds;
  const [enforce, setEnforce] = useState(false);
  const [asking, setAsking] = useState(false);
  const form = useForm<LimitsDraft>({
    mode: 'controlled',
    initialValues: toDraft(tenant.limits),
    validateInputOnChange: true,
    validate: (draft) => validateDraft(draft, bounds, words.errors),
  });
  const save = useMutation({
    mutationFn: (closing: boolean) =>
      api.call('PUT', '/tenants/:id/limits', {
        params: { id: tenant.id },
        body: { ...changedFields(tenant.limits, form.getValues()), enforce: closing },
      }),
    onSuccess: ({ outcome: _, ...limits }) => {
      form.setInitialValues(toDraft(limits));
      form.setValues(toDraft(limits));
      form.resetDirty();
      setEnforce(false);
    },
    onSettled: () => {
      setAsking(false);
      void cache.invalidateQueries({ queryKey: tenantKey(tenant.id) });
      void cache.invalidateQueries({ queryKey: ['usage', tenant.id] });
      void cache.invalidateQueries({ queryKey: ['connections'] });
    },
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the ceiling may have come down under what was entered
  useEffect(() => {
    if (form.isDirty()) form.validate();
  }, [bounds]);

  const draft = form.values;
  const changed = Object.keys(changedFields(tenant.limits, draft)).length > 0;
  const valid = Object.keys(validateDraft(draft, bounds, words.errors)).length === 0;
  const effective = effectiveOf(toLimits(draft, tenant.limits), tenant.ceilings, usage);
  const exact = connections?.complete === true;
  const seen = exact
    ? forecast(connections.rows, effective)
    : { open: usage.connections, above: Math.max(0, usage.connections - effective.tenantMax) };
  const closing = enforce && seen.above > 0;
  const submit = () => {
    if (!changed) return;
    if (closing) setAsking(true);
    else save.mutate(false);
  };
  return (
    <form
      noValidate
      className={classes.card}
      onSubmit={form.onSubmit(submit, (errors) => focusField(form, Object.keys(errors)[0]))}
    >
      <h2 className={classes.cardTitle}>{words.form.title}</h2>
      <p className={classes.lead}>{words.form.lead}</p>
      {save.data && !changed && <Outcome outcome={save.data.outcome} />}
      <FailureAlert failure={save.error && describeFailure(save.error, text)} mb="md" />
      <div className={classes.columns}>
        <div className={classes.fields}>
          {LIMIT_FIELDS.map((field) => (
            <NumberInput
              key={field}
              label={words.form[field]}
              description={descriptions[field]}
              allowNegative={false}
              allowDecimal={false}
              hideControls
              inputMode="numeric"
              disabled={save.isPending}
              {...form.getInputProps(field)}
            />
          ))}
          {me.role === 'super_admin' && (
            <LoneLink href={`/tenants/?id=${tenant.id}`}>{words.form.ceilings}</LoneLink>
          )}
        </div>
        <ForecastBox
          state={!changed && valid ? 'unchanged' : valid ? 'known' : 'invalid'}
          open={seen.open}
          above={seen.above}
          exact={exact}
          enforce={enforce}
          onEnforce={setEnforce}
        />
      </div>
      <div className={classes.actions}>
        <Button type="submit" loading={save.isPending} disabled={!changed && valid}>
          {words.form.save}
        </Button>
        <Button
          variant="default"
          disabled={(!changed && valid) || save.isPending}
          onClick={() => {
            form.setValues(toDraft(tenant.limits));
            setEnforce(false);
          }}
        >
          {words.form.reset}
        </Button>
      </div>
      {asking && (
        <Confirm
          title={formatMessage(words.confirm.title, { n: seen.above, above: formats.number(seen.above) })}
          hint={words.confirm.hint}
          action={words.confirm.action}
          pending={save.isPending}
          failure={null}
          onConfirm={() => save.mutate(true)}
          onClose={() => setAsking(false)}
        />
      )}
    </form>
  );
};
