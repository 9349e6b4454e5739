'use client';

import { useForm } from '@mantine/form';
import type { Tenant } from '@wardbell/contract';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { Colleague, collisionsOf } from '../../../shared/forms/colleague';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useMergingSave } from '../../../shared/forms/use-merging-save';
import { useApi } from '../../../shared/session/context';
import { tenantInput } from '../../../shared/session/input-names';
import { useRoomText, useText } from '../../../shared/text/text';
import { tenantsText } from '../messages';
import {
  refusedFields,
  TENANT_FIELDS,
  type TenantDraft,
  toDraft,
  toUpdateBody,
  validateDraft,
} from '../model/draft';
import { useRememberTenant } from '../use-change-tenant';
import { TenantFields } from './tenant-fields';

/** Changes what a clinic is called, where its days are reckoned, and its ceilings. */
export const EditTenant = ({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(tenantsText);
  const api = useApi();
  const remember = useRememberTenant();
  const [opened] = useState(tenant);
  const params = { id: opened.id };
  const form = useForm<TenantDraft>({
    mode: 'controlled',
    initialValues: toDraft(opened),
    validate: (draft) => validateDraft(draft, words.form.errors),
  });
  const { save, merged, conflicts, settle } = useMergingSave(
    {
      opened,
      fields: TENANT_FIELDS,
      toDraft,
      toBody: toUpdateBody,
      load: () => api.call('GET', '/tenants/:id', { params }),
      save: (body, ifMatch) => api.call('PATCH', '/tenants/:id', { params, body, ifMatch }),
      held: () => tenant,
      onSaved: (saved) => {
        remember(saved);
        onClose();
      },
    },
    { getValues: () => form.getValues(), adopt: (draft) => form.setValues(draft) },
  );
  const submit = () =>
    save.mutate(undefined, {
      onError: (error) =>
        markRefused(form, error, (code, fields) => refusedFields(code, fields, words.form.errors)),
    });
  return (
    <FormDrawer
      title={words.form.editTitle}
      inputName={tenantInput(opened.id)}
      submitLabel={words.form.save}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={submit}
      onClose={onClose}
    >
      {merged && (
        <Colleague
          title={words.form.savedMeanwhile}
          collisions={collisionsOf<TenantDraft>({
            fields: TENANT_FIELDS,
            conflicts,
            labelOf: (field) => (field === 'time_zone' ? words.form.timeZone : words.form[field]),
            onTake: (field, theirs) => {
              form.setValues({ [field]: theirs });
              settle(field);
            },
          })}
        />
      )}
      <TenantFields form={form} disabled={save.isPending} />
    </FormDrawer>
  );
};
