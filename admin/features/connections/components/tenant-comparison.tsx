'use client';

import { SegmentedControl, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { AsOf } from '../../../shared/components/as-of';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { connectionsText } from '../messages';
import { compareTenants, MEASURES, type Measure } from '../model/compare';
import { useTenantsCompared } from '../use-tenants-compared';
import classes from './tenant-comparison.module.css';

/** All clinics on one scale, the greatest first; each leads to its own figures. */
export const TenantComparison = ({ onChoose }: { onChoose: (tenantId: string) => void }) => {
  const words = useRoomText(connectionsText).comparison;
  const formats = useFormats();
  const polled = useTenantsCompared();
  const [measure, setMeasure] = useState<Measure>('connections');
  const compared = compareTenants(polled.data?.rows ?? [], measure);
  const say = (value: number) =>
    measure === 'share'
      ? formatMessage(words.percent, { n: formats.number(Math.round(value * 100)) })
      : formats.number(Math.round(value * 10) / 10);
  return (
    <section className={classes.card} aria-labelledby="comparison">
      <div className={classes.head}>
        <h2 id="comparison">{words.title}</h2>
        <SegmentedControl
          aria-label={words.by}
          size="sm"
          data={MEASURES.map((value) => ({ value, label: words.measures[value] }))}
          value={measure}
          onChange={(value) => setMeasure(MEASURES.find((known) => known === value) ?? 'connections')}
        />
      </div>
      {compared.length === 0 ? (
        polled.data && <p className={classes.hint}>{words.none}</p>
      ) : (
        <ul className={classes.bars}>
          {compared.map(({ row, value, length }) => (
            <li key={row.tenant_id}>
              <UnstyledButton className={classes.bar} onClick={() => onChoose(row.tenant_id)}>
                <span className={classes.name}>{row.name}</span>
                <span className={classes.track} aria-hidden="true">
                  <span className={classes.fill} style={{ width: `${length * 100}%` }} />
                </span>
                <span className={classes.value}>{say(value)}</span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
      <p className={classes.hint}>{words.hint}</p>
      <AsOf polled={polled} />
    </section>
  );
};
