'use client';

import { Button } from '@mantine/core';
import { IconFileUnknown } from '@tabler/icons-react';
import { LoneLink } from '../../../shared/components/lone-link';
import { Notice } from '../../../shared/components/notice';
import { Fact, Panel } from '../../../shared/panel/panel';
import classes from '../../../shared/panel/panel.module.css';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { AUDIT } from '../messages';
import { splitDetails } from '../model/changes';
import type { AuditRow } from '../use-audit';
import { FieldChanges } from './field-changes';
import type { AuditWords } from './use-audit-words';

const Details = ({
  row,
  say,
  onNarrow,
}: {
  row: AuditRow;
  say: AuditWords;
  onNarrow: (changes: Readonly<Record<string, string | null>>) => void;
}) => {
  const text = useText();
  const words = useRoomText(AUDIT);
  const formats = useFormats();
  const isSuper = useMe().role === 'super_admin';
  const roles: Readonly<Record<string, string>> = text.roles;
  const details: Readonly<Record<string, string>> = words.details;
  const { actor_id, actor_role, patient_id, object_id } = row;
  const { changes, others } = splitDetails(row.details);
  return (
    <>
      <div className={classes.actions} style={{ flexWrap: 'wrap' }}>
        {actor_id !== null && (
          <Button variant="light" size="compact-md" onClick={() => onNarrow({ person: actor_id })}>
            {words.panel.byPerson}
          </Button>
        )}
        {patient_id !== null && (
          <Button variant="light" size="compact-md" onClick={() => onNarrow({ patient: patient_id })}>
            {words.panel.aboutPatient}
          </Button>
        )}
      </div>
      <dl className={classes.facts}>
        <Fact name={words.columns.at}>
          <time dateTime={row.at}>{formats.dateTime(row.at)}</time>
        </Fact>
        <Fact name={words.columns.who}>{say.who(row)}</Fact>
        <Fact name={words.panel.role}>
          {actor_role === null ? text.app.none : (roles[actor_role] ?? actor_role)}
        </Fact>
        <Fact name={words.columns.what}>{say.what(row.action)}</Fact>
        <Fact name={words.panel.code}>
          <code>{row.action}</code>
        </Fact>
        <Fact name={words.columns.on}>{say.on(row)}</Fact>
        {object_id !== null && (
          <Fact name={words.panel.id}>
            <code>{object_id}</code>
          </Fact>
        )}
        {patient_id !== null && (
          <Fact name={words.panel.patient}>
            {!isSuper && say.patient(patient_id) ? (
              <LoneLink href={`/patients/?id=${patient_id}`}>{words.panel.openPatient}</LoneLink>
            ) : (
              <code>{patient_id}</code>
            )}
          </Fact>
        )}
        <Fact name={words.columns.changed}>
          {row.changed.length === 0 ? words.panel.noFields : say.fields(row)}
        </Fact>
        <FieldChanges changes={changes} />
        {others.map(([name, value]) => (
          <Fact key={name} name={details[name] ?? name}>
            <span translate="no" title={String(value)}>
              {say.detail(name, value)}
            </span>
          </Fact>
        ))}
        <Fact name={words.columns.where}>{row.address ?? text.app.none}</Fact>
      </dl>
      <p className={classes.hint} style={{ marginTop: '0.75rem' }}>
        {words.panel.note}
      </p>
    </>
  );
};

/** One entry in full, and the ways on from it. */
export const AuditPanel = ({
  seq,
  row,
  say,
  onNarrow,
  onClose,
}: {
  seq: string;
  row: AuditRow | undefined;
  say: AuditWords;
  onNarrow: (changes: Readonly<Record<string, string | null>>) => void;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(AUDIT).panel;
  return (
    <Panel label={words.label} title={formatMessage(words.title, { seq })} focusKey={seq} onClose={onClose}>
      {row ? (
        <Details row={row} say={say} onNarrow={onNarrow} />
      ) : (
        <Notice icon={IconFileUnknown} {...words.notLoaded}>
          <Button variant="light" onClick={onClose}>
            {text.app.close}
          </Button>
        </Notice>
      )}
    </Panel>
  );
};
