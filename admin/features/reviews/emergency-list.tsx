'use client';

import { IconShieldCheck } from '@tabler/icons-react';
import { useMemo, useRef } from 'react';
import { useColleagueNames } from '../../shared/api/colleagues';
import { FailureNotice } from '../../shared/components/failure-notice';
import { Notice } from '../../shared/components/notice';
import { Grid, type GridHandle } from '../../shared/grid/grid';
import { useAddress } from '../../shared/hooks/use-address';
import { useHotkey } from '../../shared/hooks/use-hotkey';
import room from '../../shared/room/room.module.css';
import { useMe } from '../../shared/session/context';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import { listedName } from '../patients/model/listed-name';
import { usePatientNames } from '../patients/queries/use-patient-names';
import { type EmergencyNames, useEmergencyColumns } from './columns';
import { EmergencyPanel } from './emergency-panel';
import { REVIEWS } from './messages';
import { useEmergencies } from './use-emergencies';

/** Enough of an id to tell one from another on a screen. */
const SHORT = 8;

/** Emergency accesses to restricted records, with what needs a review first. */
export const EmergencyList = () => {
  const text = useText();
  const words = useRoomText(REVIEWS);
  const me = useMe();
  const address = useAddress();
  const list = useEmergencies();
  const people = useColleagueNames();
  const ids = useMemo(() => [...new Set(list.rows.map(({ patient_id }) => patient_id))], [list.rows]);
  const patients = usePatientNames(ids);
  const names = useMemo<EmergencyNames>(
    () => ({
      patient: ({ patient_id }) => {
        const patient = patients.get(patient_id);
        return patient ? listedName(patient) : patient_id.slice(0, SHORT);
      },
      person: (id) => (id === me.id ? text.app.you : (people.get(id) ?? id)),
    }),
    [patients, people, me.id, text],
  );
  const columns = useEmergencyColumns(names);
  const grid = useRef<GridHandle>(null);
  const openId = address.get('id');
  const close = () => {
    address.set({ id: null }, 'push');
    grid.current?.focus();
  };
  useHotkey('Escape', () => openId !== null && close());
  return (
    <>
      <div className={room.sheet}>
        {list.loading || list.rows.length > 0 ? (
          <Grid
            handle={grid}
            label={words.label}
            rows={list.rows}
            columns={columns}
            loading={list.loading}
            complete
            stale={list.error !== null}
            openId={openId}
            onOpen={({ id }) => address.set({ id }, 'push')}
          />
        ) : (
          <div className={room.notice} role="status">
            {list.error ? (
              <FailureNotice error={list.error} onRetry={list.retry} />
            ) : (
              <Notice icon={IconShieldCheck} {...words.empty} />
            )}
          </div>
        )}
        {list.rows.length > 0 && (
          <div className={room.status}>
            <span role="status">
              {formatMessage(words.count, { open: list.open, complete: list.complete })}
            </span>
          </div>
        )}
      </div>
      {openId !== null && (
        <EmergencyPanel
          key={openId}
          row={list.rows.find(({ id }) => id === openId)}
          loading={list.loading}
          names={names}
          onClose={close}
        />
      )}
    </>
  );
};
