import { sampleAppointment } from '../../../../test/support/appointment.js';
import { formatMessage } from '../../../shared/text/message';
import en from '../messages/en.json';
import { EMPTY_DRAFT, refusedFields, toCreateBody, toDraft, toUpdateBody, validateDraft } from './draft';

const BERLIN = 'Europe/Berlin';
const words = en.form.errors;
const filled = {
  ...EMPTY_DRAFT,
  patient_id: '0e3b6a38-5d0e-4a6e-9f3c-2f6f2a5f4a11',
  type: 'Check-up',
  date: '2026-01-15',
  time: '09:30',
};
/** On the day on which clocks go back: the second 02:30. */
const twice = sampleAppointment({
  patient_id: filled.patient_id,
  datetime: '2026-10-25T01:30:00.000Z',
});

describe('a draft of an appointment', () => {
  it('means the clock of the clinic', () => {
    expect(toCreateBody(filled, BERLIN)).toEqual({
      patient_id: filled.patient_id,
      type: 'Check-up',
      datetime: '2026-01-15T08:30:00.000Z',
      duration_minutes: 30,
      status: 'booked',
    });
  });

  it('leaves a time alone that nobody touched, also one that comes twice', () => {
    const base = toDraft(twice, BERLIN);
    expect(base).toMatchObject({ date: '2026-10-25', time: '02:30' });
    expect(toUpdateBody(base, { ...base, room: ' 2 ' }, BERLIN)).toEqual({ room: '2' });
    expect(toUpdateBody(base, { ...base, practitioner: '', time: '03:00' }, BERLIN)).toEqual({
      practitioner: null,
      datetime: '2026-10-25T02:00:00.000Z',
    });
  });

  it.each([
    ['nothing wrong', {}, {}],
    ['no patient', { patient_id: '' }, { patient_id: words.patient }],
    ['no time', { date: '', time: '' }, { date: words.timeNeeded }],
    ['no time on the waiting list', { date: '', time: '', status: 'waitlist' as const }, {}],
    ['half a time', { time: '', status: 'waitlist' as const }, { time: words.time }],
    ['a time that the clock skips', { date: '2026-03-29', time: '02:30' }, { time: words.skipped }],
    ['a duration of nothing', { duration_minutes: '0' }, { duration_minutes: words.duration }],
    ['no type', { type: ' ' }, { type: words.required }],
    ['too long a room', { room: 'x'.repeat(101) }, { room: formatMessage(words.tooLong, { max: 100 }) }],
  ])('with %s is told so', (_, change, errors) => {
    expect(validateDraft({ ...filled, ...change }, BERLIN, words)).toEqual(errors);
  });

  it('shows at the right field what the server refused', () => {
    expect(refusedFields('unknown_patient', [], words)).toEqual({ patient_id: words.unknownPatient });
    expect(refusedFields('validation_failed', [{ path: 'datetime' }], words)).toEqual({ date: words.other });
  });
});
