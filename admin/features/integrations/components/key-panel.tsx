'use client';

import { Button } from '@mantine/core';
import { IconKeyOff, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { useNow } from '../../../shared/hooks/use-now';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import panel from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { KEY_VARIABLE } from '../model/examples';
import type { IntegrationKey } from '../queries/use-keys';
import { KeyExamples } from './key-examples';
import { KeyExpiry } from './use-key-columns';

const RevokeKey = lazily(async () => (await import('./revoke-key')).RevokeKey);

const Details = ({ row, onClose }: { row: IntegrationKey; onClose: () => void }) => {
  const text = useText();
  const { keys: words, views } = useRoomText(INTEGRATIONS);
  const formats = useFormats();
  const nowMs = useNow(30_000);
  const names = useColleagueNames();
  const [revoking, setRevoking] = useState(false);
  return (
    <>
      <div className={panel.actions}>
        <Button
          size="compact-md"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} aria-hidden="true" />}
          onClick={() => setRevoking(true)}
        >
          {words.panel.revoke}
        </Button>
      </div>
      <dl className={panel.facts}>
        <Fact name={words.columns.scopes}>
          {row.scopes.map((scope) => (
            <div key={scope}>{words.scopes[scope]}</div>
          ))}
        </Fact>
        <Fact name={words.columns.view}>{row.role === null ? text.app.none : views[row.role]}</Fact>
        <Fact name={words.panel.prefix}>
          <code>{row.prefix}…</code>
        </Fact>
        <Fact name={words.columns.lastUsed}>
          {row.last_used_at === null ? words.neverUsed : formats.dateTime(row.last_used_at)}
        </Fact>
        <Fact name={words.columns.expires}>
          <KeyExpiry expiresAt={row.expires_at} nowMs={nowMs} />
        </Fact>
        <Fact name={words.columns.created}>{formats.dateTime(row.created_at)}</Fact>
        <Fact name={words.panel.createdBy}>{names.get(row.created_by) ?? text.app.none}</Fact>
      </dl>
      <section className={panel.section}>
        <h3>{words.examples.title}</h3>
        <p className={panel.hint}>{words.panel.examplesHint}</p>
        <KeyExamples scopes={row.scopes} authorization={KEY_VARIABLE} />
      </section>
      {revoking && (
        <RevokeKey id={row.id} name={row.name} onClose={() => setRevoking(false)} onRevoked={onClose} />
      )}
    </>
  );
};

/** One key: what it may do, its use, and how it is revoked. */
export const KeyPanel = ({
  row,
  isLoaded,
  onClose,
}: {
  row: IntegrationKey | undefined;
  isLoaded: boolean;
  onClose: () => void;
}) => {
  const words = useRoomText(INTEGRATIONS).keys;
  return (
    <Panel
      label={words.panel.label}
      title={row?.name ?? words.panel.label}
      focusKey={String(row !== undefined || isLoaded)}
      onClose={onClose}
    >
      {row ? (
        <Details row={row} onClose={onClose} />
      ) : isLoaded ? (
        <PanelGone icon={IconKeyOff} {...words.panel.gone} onClose={onClose} />
      ) : (
        <PanelSkeleton lines={4} />
      )}
    </Panel>
  );
};
