'use client';

import { Button } from '@mantine/core';
import { IconFileOff } from '@tabler/icons-react';
import type { BreakGlass } from '@wardbell/contract';
import { useState } from 'react';
import { LoneLink } from '../../shared/components/lone-link';
import { Fact, Panel } from '../../shared/panel/panel';
import classes from '../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../shared/panel/panel-states';
import { useFormats } from '../../shared/text/formats';
import { useRoomText, useText } from '../../shared/text/text';
import type { EmergencyNames } from './columns';
import own from './columns.module.css';
import { REVIEWS } from './messages';
import { ReviewForm } from './review-form';

const Facts = ({ row, names }: { row: BreakGlass; names: EmergencyNames }) => {
  const text = useText();
  const words = useRoomText(REVIEWS).panel;
  const formats = useFormats();
  const roles: Readonly<Record<string, string>> = text.roles;
  const isOpen = Date.parse(row.expires_at) > Date.now();
  return (
    <dl className={classes.facts}>
      <Fact name={words.patient}>{names.patient(row)}</Fact>
      <Fact name={words.who}>{names.person(row.user_id)}</Fact>
      <Fact name={words.role}>{roles[row.role] ?? row.role}</Fact>
      <Fact name={words.reason}>
        <span className={own.note}>{row.reason || words.purged}</span>
      </Fact>
      <Fact name={words.opened}>
        <time dateTime={row.created_at}>{formats.dateTime(row.created_at)}</time>
      </Fact>
      <Fact name={isOpen ? words.openUntil : words.until}>
        <time dateTime={row.expires_at}>{formats.dateTime(row.expires_at)}</time>
      </Fact>
    </dl>
  );
};

const Review = ({
  row,
  names,
  onChange,
}: {
  row: BreakGlass;
  names: EmergencyNames;
  onChange: () => void;
}) => {
  const words = useRoomText(REVIEWS);
  const formats = useFormats();
  return (
    <>
      <dl className={classes.facts}>
        <Fact name={words.columns.state}>{words.state[row.verdict ?? 'open']}</Fact>
        {row.note && (
          <Fact name={words.panel.note}>
            <span className={own.note}>{row.note}</span>
          </Fact>
        )}
        {row.reviewed_by !== null && <Fact name={words.panel.by}>{names.person(row.reviewed_by)}</Fact>}
        {row.reviewed_at !== null && (
          <Fact name={words.panel.reviewed}>
            <time dateTime={row.reviewed_at}>{formats.dateTime(row.reviewed_at)}</time>
          </Fact>
        )}
      </dl>
      <Button variant="default" size="compact-md" mt="sm" onClick={onChange}>
        {words.review.again}
      </Button>
    </>
  );
};

/** One emergency access: who opened whose record and why, and its review. */
export const EmergencyPanel = ({
  row,
  loading,
  names,
  onClose,
}: {
  row: BreakGlass | undefined;
  loading: boolean;
  names: EmergencyNames;
  onClose: () => void;
}) => {
  const words = useRoomText(REVIEWS);
  const [changing, setChanging] = useState(false);
  return (
    <Panel
      label={words.panel.label}
      title={row ? names.patient(row) : words.panel.label}
      focusKey={`${row?.id}`}
      onClose={onClose}
    >
      {row ? (
        <>
          <Facts row={row} names={names} />
          <p>
            <LoneLink href={`/patients/?id=${row.patient_id}`}>{words.panel.openPatient}</LoneLink>
            {' · '}
            <LoneLink
              href={`/audit/?tab=looked&patient=${row.patient_id}&person=${encodeURIComponent(row.user_id)}`}
            >
              {words.panel.whoLooked}
            </LoneLink>
          </p>
          {row.verdict === null || changing ? (
            <ReviewForm
              key={row.id}
              row={row}
              onDone={() => setChanging(false)}
              onCancel={changing ? () => setChanging(false) : undefined}
            />
          ) : (
            <Review row={row} names={names} onChange={() => setChanging(true)} />
          )}
        </>
      ) : loading ? (
        <PanelSkeleton lines={5} />
      ) : (
        <PanelGone icon={IconFileOff} {...words.gone} onClose={onClose} />
      )}
    </Panel>
  );
};
