import { Radio } from '@mantine/core';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { limitsText } from '../messages';
import classes from './limits-room.module.css';

/** Says what a change of limits would do to those who are connected now, and asks what is to become of them. */
export const ForecastBox = ({
  state,
  open,
  above,
  exact,
  enforce,
  onEnforce,
}: {
  state: 'unchanged' | 'invalid' | 'known';
  open: number;
  above: number;
  exact: boolean;
  enforce: boolean;
  onEnforce: (enforce: boolean) => void;
}) => {
  const words = useRoomText(limitsText).forecast;
  const formats = useFormats();
  const shown = state === 'known' && above > 0;
  const said =
    state !== 'known'
      ? words[state]
      : above === 0
        ? formatMessage(words.none, { n: open, open: formats.number(open) })
        : formatMessage(words.above, { n: above, above: formats.number(above), open: formats.number(open) });
  return (
    <section className={classes.forecast} data-above={shown || undefined} aria-label={words.title}>
      <h3>{words.title}</h3>
      <p role="status">{said}</p>
      {state === 'known' && !exact && <p className={classes.small}>{words.approximate}</p>}
      {shown && (
        <Radio.Group
          label={words.choice}
          value={enforce ? 'close' : 'keep'}
          onChange={(value) => onEnforce(value === 'close')}
        >
          <Radio mt="xs" value="keep" label={formatMessage(words.keep, { n: above })} />
          <Radio
            mt="xs"
            value="close"
            label={formatMessage(words.close, { n: above, above: formats.number(above) })}
          />
        </Radio.Group>
      )}
    </section>
  );
};
