'use client';

import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { Tenant } from '@wardbell/contract';
import { describeFailure } from '../../../shared/api/describe-failure';
import { useIdempotencyKey } from '../../../shared/api/use-idempotency-key';
import { toast } from '../../../shared/components/toast';
import { FormDrawer, failureBeside, markRefused } from '../../../shared/forms/form-drawer';
import { useApi } from '../../../shared/session/context';
import { NEW_TENANT } from '../../../shared/session/input-names';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { tenantsText } from '../messages';
import {
  emptyDraft,
  refusedFields,
  slugFor,
  type TenantDraft,
  toCreateBody,
  validateDraft,
} from '../model/draft';
import { useRememberTenant } from '../use-change-tenant';
import { TenantFields } from './tenant-fields';

/** Adds a clinic. */
export const CreateTenant = ({
  onClose,
  onCreated,
}: {
  onClose: () => void;
  onCreated: (tenant: Tenant) => void;
}) => {
  const text = useText();
  const words = useRoomText(tenantsText);
  const api = useApi();
  const remember = useRememberTenant();
  const keyFor = useIdempotencyKey();
  const { timeZone } = useFormats();
  const form = useForm<TenantDraft>({
    mode: 'controlled',
    initialValues: emptyDraft(timeZone),
    validate: (draft) => validateDraft(draft, words.form.errors),
    onValuesChange: (values, before) => {
      // The short name follows the name until somebody writes their own.
      if (values.name !== before.name && values.slug === slugFor(before.name)) {
        form.setFieldValue('slug', slugFor(values.name));
      }
    },
  });
  const save = useMutation({
    mutationFn: (draft: TenantDraft) => {
      const body = toCreateBody(draft);
      return api.call('POST', '/tenants', { body, idempotencyKey: keyFor(body) });
    },
    onSuccess: (tenant) => {
      remember(tenant);
      void toast({ tone: 'success', message: formatMessage(words.created, { name: tenant.name }) });
      onCreated(tenant);
    },
    onError: (error) =>
      markRefused(form, error, (code, fields) => refusedFields(code, fields, words.form.errors)),
  });
  return (
    <FormDrawer
      title={words.form.createTitle}
      inputName={NEW_TENANT}
      submitLabel={words.form.create}
      form={form}
      pending={save.isPending}
      failure={failureBeside(form, save.error, (error) => describeFailure(error, text))}
      onSubmit={(draft) => save.mutate(draft)}
      onClose={onClose}
    >
      <TenantFields form={form} disabled={save.isPending} />
    </FormDrawer>
  );
};
