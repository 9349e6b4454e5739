import type { DeadLetter, WebhookOutcome } from '@wardbell/contract';
import { formatMessage } from '../../../shared/text/message';
import type { IntegrationsText } from '../messages';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Type and number of the event in a dead letter, as far as it has them; a broker may deliver anything. */
export const eventOf = ({
  event,
}: DeadLetter): { readonly type: string | null; readonly seq: number | null } => {
  const { type, seq } = isRecord(event) ? event : {};
  return {
    type: typeof type === 'string' ? type : null,
    seq: typeof seq === 'number' ? seq : null,
  };
};

type Reasons = IntegrationsText['deadLetters']['reasons'];
type Outcomes = IntegrationsText['webhooks']['outcomes'];

const isKeyOf = <Words extends object>(words: Words, name: string): name is keyof Words & string =>
  Object.hasOwn(words, name);

/**
 * A reason in words: an outcome of a webhook's last attempt (`http_500`: its status), or why a broker's event cannot be
 * published. A code that is not known here stands for itself.
 */
export const describeReason = (reason: string, reasons: Reasons, outcomes: Outcomes): string => {
  const [, status] = /^http_(\d+)$/.exec(reason) ?? [];
  const outcome: WebhookOutcome | undefined =
    status !== undefined ? 'http_error' : isKeyOf(outcomes, reason) ? reason : undefined;
  if (outcome !== undefined) return formatMessage(outcomes[outcome], { status: status ?? '' });
  return isKeyOf(reasons, reason) ? reasons[reason] : reason;
};
