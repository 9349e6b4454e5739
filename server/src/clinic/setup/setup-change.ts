import type { SetupKind } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';

/** Emits and audits a change of what the clinic books with. @param id absent for office hours and settings */
export function noteSetupChange(
  tx: Tx,
  kind: SetupKind,
  verb: 'create' | 'update' | 'delete',
  { id, changed = [] }: { readonly id?: string; readonly changed?: readonly string[] } = {},
): void {
  tx.emit({ type: 'clinic_setup_changed', data: id === undefined ? { kind } : { kind, id } });
  tx.audit({
    action: `${kind}.${verb}`,
    objectType: kind,
    ...(id === undefined ? {} : { objectId: id }),
    changed,
  });
}
