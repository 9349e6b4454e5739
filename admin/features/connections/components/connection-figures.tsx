'use client';

import { IconAlertTriangle } from '@tabler/icons-react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { AsOf } from '../../../shared/components/as-of';
import { Figure, Figures } from '../../../shared/components/figures';
import { Notice } from '../../../shared/components/notice';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { connectionsText } from '../messages';
import { useUsage, useUsageHistory } from '../use-usage';
import classes from './connections-room.module.css';
import { roundMs } from './round-ms';
import { useReasonName } from './use-reason-name';

/** How a clinic does at this moment. */
export const ConnectionFigures = ({ tenantId }: { tenantId: string }) => {
  const text = useText();
  const words = useRoomText(connectionsText);
  const formats = useFormats();
  const reasonName = useReasonName();
  const polled = useUsage(tenantId);
  const history = useUsageHistory(tenantId, 15);
  const usage = polled.data;
  if (!usage && polled.error) {
    return <Notice icon={IconAlertTriangle} tone="alarm" {...describeFailure(polled.error, text)} />;
  }
  const ms = (value: number | null) => (value === null ? text.app.none : formats.number(roundMs(value)));
  const lastMinute = history.data?.at(-2);
  const reasons = Object.entries(usage?.rejected_by ?? {}).sort(([, a], [, b]) => b - a);
  return (
    <>
      <Figures label={words.figures.label} stale={polled.stale}>
        <Figure
          name={words.figures.connections}
          value={usage && formats.number(usage.connections)}
          share={usage && (usage.max_connections === 0 ? 1 : usage.connections / usage.max_connections)}
          hint={
            usage && formatMessage(words.figures.ofLimit, { limit: formats.number(usage.max_connections) })
          }
        />
        <Figure
          name={words.figures.peak}
          value={usage && formats.number(usage.peak_connections)}
          hint={words.figures.peakHint}
        />
        <Figure
          name={words.figures.rate}
          value={lastMinute && formats.number(Math.round(lastMinute.messages_sent / 6) / 10)}
          hint={words.figures.rateHint}
        />
        <Figure
          name={words.figures.delivery}
          value={
            usage &&
            (usage.delivery_ms.p50 === null
              ? text.app.none
              : formatMessage(words.figures.milliseconds, {
                  ms: `${ms(usage.delivery_ms.p50)} · ${ms(usage.delivery_ms.p99)}`,
                }))
          }
          hint={usage?.delivery_ms.p50 === null ? words.figures.noDelivery : words.figures.deliveryHint}
        />
        <Figure
          name={words.figures.rejected}
          value={usage && formats.number(usage.rejected)}
          hint={
            reasons.length === 0 ? (
              usage?.rejected === 0 && words.figures.noneRejected
            ) : (
              <ul className={classes.reasons}>
                {reasons.map(([reason, n]) => (
                  <li key={reason}>
                    {formatMessage(words.reasonCount, { n: formats.number(n), reason: reasonName(reason) })}
                  </li>
                ))}
              </ul>
            )
          }
        />
      </Figures>
      <AsOf polled={polled} />
    </>
  );
};
