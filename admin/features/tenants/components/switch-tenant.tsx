'use client';

import type { Tenant } from '@wardbell/contract';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { Confirm } from '../../../shared/components/confirm';
import { toast } from '../../../shared/components/toast';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { tenantsText } from '../messages';
import { useChangeTenant } from '../use-change-tenant';

/** Asks before a clinic is shut out, or let in again. */
export const SwitchTenant = ({
  tenant,
  connections,
  onClose,
}: {
  tenant: Tenant;
  connections: number | undefined;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(tenantsText);
  const formats = useFormats();
  const change = useChangeTenant(tenant);
  const suspending = tenant.status === 'active';
  const said = suspending ? words.suspend : words.reactivate;
  const confirm = () =>
    change.mutate(
      { status: suspending ? 'suspended' : 'active' },
      {
        onSuccess: () => {
          onClose();
          void toast({ tone: 'success', message: formatMessage(said.done, { name: tenant.name }) });
        },
      },
    );
  return (
    <Confirm
      title={formatMessage(said.title, { name: tenant.name })}
      hint={said.hint}
      action={said.action}
      color={suspending ? 'red.8' : 'ward'}
      pending={change.isPending}
      failure={
        change.error &&
        (hasCode(change.error, 'version_mismatch') ? words.changed : describeFailure(change.error, text))
      }
      onConfirm={confirm}
      onClose={onClose}
    >
      {suspending && connections !== undefined && (
        <p>
          {formatMessage(words.suspend.connected, { n: connections, formatted: formats.number(connections) })}
        </p>
      )}
    </Confirm>
  );
};
