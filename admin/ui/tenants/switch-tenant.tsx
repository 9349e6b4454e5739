'use client';

import type { Tenant } from '@wardbell/contract';
import { hasCode } from '../../lib/api/failure';
import { describeFailure } from '../../lib/describe-failure';
import { useFormats } from '../../lib/formats';
import { useChangeTenant } from '../../lib/tenants/use-change-tenant';
import { tenantsText } from '../../lib/text/tenants';
import { useRoomText, useText } from '../../lib/text/text';
import { Confirm } from '../confirm';
import { toast } from '../toast';

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
          void toast({ tone: 'success', message: said.done(tenant.name) });
        },
      },
    );
  return (
    <Confirm
      title={said.title(tenant.name)}
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
        <p>{words.suspend.connected(connections, formats.number(connections))}</p>
      )}
    </Confirm>
  );
};
