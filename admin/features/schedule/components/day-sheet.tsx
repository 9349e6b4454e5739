import { useConnection } from '@wardbell/client/react';
import type { Appointment } from '@wardbell/contract';
import { useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { isWithheld } from '../../../shared/api/patient-rows';
import { toast } from '../../../shared/components/toast';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText, useWords } from '../../../shared/text/text';
import { listedName } from '../../patients/model/listed-name';
import { scheduleText } from '../messages';
import { endMsOf, startMsOf } from '../model/axis';
import { columnsOf } from '../model/columns';
import { isFiltered } from '../model/filter';
import { byDate } from '../model/week';
import classes from './day-sheet.module.css';
import type { Schedule } from './use-schedule';

/** A sheet with names that have not come by then is printed without them. */
const PATIENCE_MS = 3_000;

const Row = ({ row, patients }: { row: Appointment; patients: Schedule['patients'] }) => {
  const text = useText();
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const patient = patients.get(row.patient_id);
  const [from, to] = [startMsOf(row), endMsOf(row)].map(formats.clock);
  const birthDate = patient && !isWithheld(patient) ? patient.birth_date : null;
  return (
    <tr>
      <td className={classes.time}>
        {from}–{to}
      </td>
      <th scope="row">{patient ? listedName(patient) : words.block.unknownPatient}</th>
      <td className={classes.time}>{birthDate === null ? '' : formats.date(birthDate)}</td>
      <td>{patient?.mrn}</td>
      <td className={classes.time}>{row.board_number}</td>
      <td className={classes.type}>{row.type}</td>
      <td>{row.room}</td>
      <td>{text.appointment.status[row.status]}</td>
    </tr>
  );
};

/** Says above the appointments what is missing among them. */
const Limits = ({ schedule: { view, list } }: { schedule: Schedule }) => {
  const text = useText();
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const { state } = useConnection();
  const isStale = !list.live && state.status !== 'live';
  return (
    <>
      {isFiltered(view.filter) && <p>{words.print.filtered}</p>}
      {(!list.complete || list.error !== null) && <p role="alert">{words.loadFailed}</p>}
      {isStale && (
        <p role="alert">
          {state.liveAtMs === null
            ? text.connection.staleUnknown
            : formatMessage(text.connection.stale, { time: formats.time(state.liveAtMs) })}
        </p>
      )}
    </>
  );
};

/**
 * What is on the screen, on paper: a page for each practitioner and day. It shows what the API has told this person and
 * nothing else: of a restricted patient that is withheld, initials and MRN. Opens the browser's dialog by itself.
 */
export const DaySheet = ({ schedule, onPrinted }: { schedule: Schedule; onPrinted: () => void }) => {
  const text = useText();
  const words = useRoomText(scheduleText);
  const { locale } = useWords();
  const formats = useFormats();
  const me = useMe();
  const { dates, rows, patients, view, nowMs, list } = schedule;
  const { complete } = list;
  const hasNames = rows.every((row) => patients.has(row.patient_id));
  const latest = useRef(onPrinted);
  latest.current = onPrinted;
  useEffect(() => {
    const printed = () => latest.current();
    addEventListener('afterprint', printed);
    return () => removeEventListener('afterprint', printed);
  }, []);
  const isPrinted = useRef(false);
  useEffect(() => {
    // Names may be missing on paper, appointments not.
    if (isPrinted.current || !complete) return;
    // After this frame: a dialog that blocks the page must not come before the sheet.
    const timer = setTimeout(
      () => {
        isPrinted.current = true;
        print();
      },
      hasNames ? 0 : PATIENCE_MS,
    );
    return () => clearTimeout(timer);
  }, [complete, hasNames]);
  const failed = !complete && list.error !== null;
  useEffect(() => {
    if (!failed || isPrinted.current) return;
    void toast({
      tone: 'error',
      id: 'not printed',
      title: words.print.failed,
      message: words.loadFailed,
    });
    latest.current();
  }, [failed, words]);
  const pages = byDate(rows, dates, formats.timeZone).flatMap((ofDay, index) =>
    columnsOf(ofDay, 'practitioner', [], locale).map((column) => ({
      ...column,
      date: dates[index] ?? view.date,
    })),
  );
  return createPortal(
    <div className={classes.sheets} lang={locale} data-day-sheets>
      {pages.map(({ name, date, rows: ofName }) => (
        <section key={`${date}${name ?? ''}`} className={classes.sheet}>
          <header>
            <h1>{name ?? words.unnamed.practitioner}</h1>
            <p>
              {formats.fullDate(date)}
              {me.tenant && ` · ${me.tenant.name}`}
            </p>
            <Limits schedule={schedule} />
          </header>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.panel.time}</th>
                <th scope="col">{words.panel.patient}</th>
                <th scope="col">{words.panel.birthDate}</th>
                <th scope="col">{words.panel.mrn}</th>
                <th scope="col">{words.print.boardNumber}</th>
                <th scope="col">{words.panel.type}</th>
                <th scope="col">{words.panel.room}</th>
                <th scope="col">{words.panel.status}</th>
              </tr>
            </thead>
            <tbody>
              {ofName.map((row) => (
                <Row key={row.id} row={row} patients={patients} />
              ))}
            </tbody>
          </table>
          <footer>
            {formatMessage(words.form.timeHint, { zone: formats.timeZone })} ·{' '}
            {formatMessage(words.print.printed, {
              time: formats.dateTime(nowMs),
              name: me.name ?? me.email ?? '',
            })}
          </footer>
        </section>
      ))}
      {pages.length === 0 && (
        <section className={classes.sheet}>
          <header>
            <h1>{text.rooms.schedule}</h1>
            <p>{formats.fullDate(view.date)}</p>
            <Limits schedule={schedule} />
          </header>
          {complete && <p>{isFiltered(view.filter) ? words.emptyFiltered.title : words.emptyList}</p>}
        </section>
      )}
    </div>,
    document.body,
  );
};
