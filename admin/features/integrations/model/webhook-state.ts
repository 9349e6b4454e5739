import type { Webhook } from '@wardbell/contract';

/** State of a webhook in a list; what concerns an administrator first comes first. */
export type WebhookState =
  | { readonly kind: 'disabled'; readonly reason: NonNullable<Webhook['disabled_reason']> }
  | { readonly kind: 'failing'; readonly since: string }
  | { readonly kind: 'behind'; readonly events: number }
  | { readonly kind: 'current' }
  /** It works; how far behind it is cannot be told yet. */
  | { readonly kind: 'active' };

type Fields = Pick<Webhook, 'status' | 'disabled_reason' | 'failing_since' | 'position'>;

/** @param head number of the newest event; null while it is not known */
export const stateOf = (webhook: Fields, head: number | null): WebhookState => {
  if (webhook.status === 'disabled')
    return { kind: 'disabled', reason: webhook.disabled_reason ?? 'administrator' };
  if (webhook.failing_since !== null) return { kind: 'failing', since: webhook.failing_since };
  if (head === null) return { kind: 'active' };
  const events = head - webhook.position;
  return events > 0 ? { kind: 'behind', events } : { kind: 'current' };
};

/** What a rewind to `seq` does to an endpoint that has received the events up to `position`. */
export type Rewind =
  | { readonly kind: 'repeats'; readonly events: number }
  | { readonly kind: 'continues' }
  | { readonly kind: 'skips'; readonly events: number };

export const rewindOf = (seq: number, position: number): Rewind => {
  if (seq <= position) return { kind: 'repeats', events: position - seq + 1 };
  return seq === position + 1 ? { kind: 'continues' } : { kind: 'skips', events: seq - position - 1 };
};
