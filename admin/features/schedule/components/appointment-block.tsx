import { UnstyledButton } from '@mantine/core';
import {
  IconAlarm,
  IconCheck,
  IconCircleCheck,
  IconCircleDashed,
  IconHourglass,
  IconLogin2,
  IconStethoscope,
  IconUserOff,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Appointment, AppointmentStatus, Patient } from '@wardbell/contract';
import { memo, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import type { Mark } from '../../../shared/hooks/use-recent-changes';
import { lazily } from '../../../shared/lazily';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { listedName } from '../../patients/model/listed-name';
import { scheduleText } from '../messages';
import { endMsOf, startMsOf } from '../model/axis';
import { keyOf, type Standing, standingOf, usualStep } from '../model/standing';
import { minutesBetween } from '../queries/use-waiting';
import classes from './appointment-block.module.css';
import { blockId } from './use-day-keys';

const ICONS: Partial<Readonly<Record<Standing, TablerIcon>>> = {
  proposed: IconCircleDashed,
  pending: IconCircleDashed,
  waitlist: IconCircleDashed,
  late: IconAlarm,
  arrived: IconHourglass,
  'checked-in': IconStethoscope,
  fulfilled: IconCircleCheck,
  noshow: IconUserOff,
  cancelled: IconX,
};

/** What a block can do. */
export interface BlockActions {
  readonly onOpen: (appointment: Appointment) => void;
  readonly onStep: (appointment: Appointment, status: AppointmentStatus) => void;
  readonly onFocus: (id: string) => void;
  readonly onGrip: (event: PointerEvent<HTMLElement>, appointment: Appointment) => void;
}

/** The same functions in each render, which do what those of the last render say. */
export const useStableActions = (actions: BlockActions): BlockActions => {
  const latest = useRef(actions);
  latest.current = actions;
  const [stable] = useState<BlockActions>(() => ({
    onOpen: (...given) => latest.current.onOpen(...given),
    onStep: (...given) => latest.current.onStep(...given),
    onFocus: (...given) => latest.current.onFocus(...given),
    onGrip: (...given) => latest.current.onGrip(...given),
  }));
  return stable;
};

export interface BlockProps extends BlockActions {
  readonly appointment: Appointment;
  readonly patient: Patient | undefined;
  /** Anew every minute or so. */
  readonly nowMs: number;
  readonly waitingSinceMs: number;
  /** In the tab order. */
  readonly active: boolean;
  readonly open: boolean;
  readonly compact: boolean;
  /** It stands in a list: no column says whose it is. */
  readonly listed: boolean;
  /** The usual next step is offered: not for days that are yet to come. */
  readonly offersStep: boolean;
  readonly dragged: boolean;
  /** It was just looked for or made: the reader's eye is led to it. */
  readonly revealed: boolean;
  readonly mark: Mark | undefined;
  /** "by Anna Berg", for a moment after a change; empty when that is not known. */
  readonly who: string;
}

const RestrictedBadge = lazily(async () => (await import('../../care/restricted-badge')).RestrictedBadge);

/** Text that only a screen reader says. */
const Spoken = ({ children }: { children: ReactNode }) => <span className={classes.spoken}>{children}</span>;

/** One appointment of the day, and the one click that usually comes next. */
export const AppointmentBlock = memo((props: BlockProps) => {
  const { appointment, patient, nowMs, onOpen, onStep } = props;
  const text = useText();
  const words = useRoomText(scheduleText);
  const formats = useFormats();
  const { id, status, type, practitioner, room } = appointment;
  const standing = standingOf(appointment, nowMs);
  const Icon = ICONS[standing];
  const name = patient ? listedName(patient) : words.block.unknownPatient;
  const [from, to] = [startMsOf(appointment), endMsOf(appointment)].map(formats.clock);
  const minutes =
    standing === 'late'
      ? minutesBetween(startMsOf(appointment), nowMs)
      : status === 'arrived'
        ? minutesBetween(props.waitingSinceMs, nowMs)
        : undefined;
  const step = usualStep(status);
  const offered = props.offersStep || step === 'booked' ? step : undefined;
  const spokenMinutes =
    minutes === undefined
      ? ''
      : `, ${standing === 'late' ? formatMessage(words.block.lateLong, { minutes }) : formatMessage(words.block.waitingLong, { minutes })}`;
  return (
    <div className={classes.root} data-standing={standing} data-compact={props.compact || undefined}>
      <UnstyledButton
        id={blockId(id)}
        className={classes.block}
        tabIndex={props.active ? 0 : -1}
        data-appointment={id}
        data-open={props.open || undefined}
        data-revealed={props.revealed || undefined}
        data-dragged={props.dragged || undefined}
        data-offered={offered !== undefined || undefined}
        aria-expanded={props.open}
        onClick={() => onOpen(appointment)}
        onFocus={() => props.onFocus(id)}
        onPointerDown={(event) => props.onGrip(event, appointment)}
      >
        {props.mark && (
          <span
            key={props.mark.version}
            className={classes.flash}
            data-kind={props.mark.kind}
            aria-hidden="true"
          />
        )}
        <span className={classes.first}>
          <span
            className={classes.name}
            title={patient && name}
            data-unknown={!patient || undefined}
            data-patient-name
          >
            {name}
          </span>
          {patient?.restricted && <RestrictedBadge compact />}
          {Icon && (
            <span className={classes.state} aria-hidden="true">
              <Icon size={14} stroke={2} className={classes.icon} />
              {minutes !== undefined && (
                <span className={classes.minutes}>
                  {props.compact
                    ? formatMessage(words.panel.minutes, { n: minutes })
                    : standing === 'late'
                      ? formatMessage(words.block.late, { minutes })
                      : formatMessage(words.block.waiting, { minutes })}
                </span>
              )}
            </span>
          )}
        </span>
        <Spoken>
          , {text.appointment.status[status]}
          {spokenMinutes},{' '}
        </Spoken>
        <span className={classes.second}>
          <span className={classes.span}>
            {from}
            <span className={classes.until}>–{to}</span>
          </span>
          <span className={classes.type}>
            <span aria-hidden="true"> · </span>
            <Spoken>, </Spoken>
            {type}
          </span>
        </span>
        {props.listed && (
          <span className={classes.second}>{[practitioner, room].filter(Boolean).join(' · ')}</span>
        )}
        <Spoken>
          {!props.listed && [practitioner, room].map((part) => part !== null && `, ${part}`)}
          {props.mark && `, ${words.block[props.mark.kind === 'created' ? 'justAdded' : 'justChanged']}`}
        </Spoken>
        {props.mark && props.who !== '' && <span className={classes.who}> {props.who}</span>}
      </UnstyledButton>
      {offered !== undefined && (
        <UnstyledButton
          className={classes.step}
          // With the keyboard it is a letter on the block itself.
          tabIndex={-1}
          title={words.step[offered]}
          aria-label={formatMessage(words.stepOf, { step: words.step[offered], name })}
          aria-keyshortcuts={keyOf(offered)}
          onClick={() => onStep(appointment, offered)}
        >
          {offered === 'arrived' ? (
            <IconLogin2 size={16} aria-hidden="true" />
          ) : (
            <IconCheck size={16} aria-hidden="true" />
          )}
        </UnstyledButton>
      )}
    </div>
  );
});
AppointmentBlock.displayName = 'AppointmentBlock';
