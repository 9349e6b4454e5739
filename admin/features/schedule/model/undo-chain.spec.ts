import type { Appointment } from '@wardbell/contract';
import { sampleAppointment } from '../../../../test/support/appointment.js';
import { UndoChain } from './undo-chain';
import type { Undo } from './writes';

const row = (version: number, more: Partial<Appointment> = {}) => sampleAppointment({ version, ...more });
const settled = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

/** What a person sees, with a clock that the test moves. */
const openChain = (refuse?: Error) => {
  let nowMs = 0;
  let version = 100;
  const shown: {
    message: string;
    warning: string | null;
    timeMs: number;
    take: () => void;
    expire: () => void;
  }[] = [];
  const sent: { body: Undo['before']; version: number }[] = [];
  const undone: string[] = [];
  const chain = new UndoChain({
    nowMs: () => nowMs,
    show: (message, timeMs, onUndo, onExpire, warning) => {
      const remove = () => void shown.splice(shown.indexOf(offer), 1);
      const ended = (then: () => void) => () => {
        remove();
        then();
      };
      const offer = { message, warning, timeMs, take: ended(onUndo), expire: ended(onExpire) };
      shown.push(offer);
      return () => {
        if (shown.includes(offer)) remove();
      };
    },
    undo: async (_, undo) => {
      sent.push({ body: undo.before, version: await undo.version });
      if (refuse) throw refuse;
      version += 1;
      return row(version);
    },
    onUndone: (message) => undone.push(message),
  });
  const offer = (message: string, answered: Promise<Appointment>, id = 'a', warning?: string) =>
    chain.offer({
      ...(warning === undefined ? {} : { warningOf: () => warning }),
      appointment: row(1, { id }),
      before: { room: message },
      message,
      answered,
      timeMs: 10_000,
    });
  return { chain, offer, shown, sent, undone, pass: (ms: number) => (nowMs += ms) };
};

describe('UndoChain', () => {
  it('undoes a change at the version that it made, also when the answer comes later', async () => {
    const { offer, shown, sent, undone } = openChain();
    let answer: (made: Appointment) => void = () => undefined;
    offer('moved', new Promise((resolve) => (answer = resolve)));
    shown[0]?.take();
    await settled();
    expect(sent).toEqual([]);
    answer(row(7));
    await settled();
    expect(sent).toEqual([{ body: { room: 'moved' }, version: 7 }]);
    expect([shown.length, undone]).toEqual([0, ['moved']]);
  });

  it('offers each appointment its own undo', async () => {
    const { offer, shown, sent } = openChain();
    offer('a moved', Promise.resolve(row(2)));
    offer('b arrived', Promise.resolve(row(9, { id: 'b' })), 'b');
    expect(shown.map(({ message }) => message)).toEqual(['a moved', 'b arrived']);
    shown[0]?.take();
    await settled();
    expect(sent).toEqual([{ body: { room: 'a moved' }, version: 2 }]);
    expect(shown.map(({ message }) => message)).toEqual(['b arrived']);
  });

  it('undoes several changes of one appointment from the last to the first, each in its own time', async () => {
    const { offer, shown, sent, pass } = openChain();
    offer('first', Promise.resolve(row(2)));
    pass(4_000);
    offer('second', Promise.resolve(row(3)));
    pass(1_000);
    offer('third', Promise.resolve(row(4)));
    expect(shown.map(({ message }) => message)).toEqual(['third']);
    shown[0]?.take();
    await settled();
    expect(shown.map(({ message, timeMs }) => [message, timeMs])).toEqual([['second', 9_000]]);
    pass(6_000);
    shown[0]?.take();
    await settled();
    // The first change is older than ten seconds.
    expect(shown).toEqual([]);
    expect(sent).toEqual([
      { body: { room: 'third' }, version: 4 },
      { body: { room: 'second' }, version: 101 },
    ]);
  });

  it('offers nothing more once an undo was refused', async () => {
    const { offer, shown, undone } = openChain(new Error('412'));
    offer('first', Promise.resolve(row(2)));
    offer('second', Promise.resolve(row(3)));
    shown[0]?.take();
    await settled();
    expect([shown, undone]).toEqual([[], []]);
  });

  it('takes the offer away when the change itself was refused', async () => {
    const { offer, shown } = openChain();
    offer('first', Promise.resolve(row(2)));
    offer('second', Promise.reject(new Error('409')));
    await settled();
    expect(shown).toEqual([]);
  });

  it('forgets what was done before a change whose time is over', async () => {
    const { offer, shown, sent } = openChain();
    offer('first', Promise.resolve(row(2)));
    offer('second', Promise.resolve(row(3)));
    shown[0]?.expire();
    offer('third', Promise.resolve(row(4)));
    shown[0]?.take();
    await settled();
    expect([sent.length, shown]).toEqual([1, []]);
  });

  it('says what the server found about a change for the whole time, and takes it back at the same version', async () => {
    const { offer, shown, sent, pass } = openChain();
    let answer: (made: Appointment) => void = () => undefined;
    offer('moved', new Promise((resolve) => (answer = resolve)), 'a', 'overlaps');
    pass(4_000);
    answer(row(7));
    await settled();
    expect(shown.map(({ message, warning, timeMs }) => [message, warning, timeMs])).toEqual([
      ['moved', 'overlaps', 10_000],
    ]);
    shown[0]?.take();
    await settled();
    expect(sent).toEqual([{ body: { room: 'moved' }, version: 7 }]);
  });

  it('says nothing about a change that another has followed', async () => {
    const { offer, shown } = openChain();
    let answer: (made: Appointment) => void = () => undefined;
    offer('first', new Promise((resolve) => (answer = resolve)), 'a', 'overlaps');
    offer('second', Promise.resolve(row(8)));
    answer(row(7));
    await settled();
    expect(shown.map(({ message, warning }) => [message, warning])).toEqual([['second', null]]);
  });
});
