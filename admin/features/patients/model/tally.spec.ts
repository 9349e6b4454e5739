import type { Patient } from '@wardbell/contract';
import { Tally } from './tally';

const event = (seq: number, type: string, data: object = {}) => ({
  type,
  seq,
  data: { id: 'a', patient_id: 'a', last_name: 'Doe', ...data },
});

describe('A tally', () => {
  it('follows the events after its number, each once, whatever was heard before', () => {
    const tally = new Tally();
    tally.hear(event(11, 'patient_created'));
    expect(tally.snapshot().total).toBeNull();
    tally.begin(10, 100);
    for (const seq of [9, 10, 11, 12, 11, 12]) tally.hear(event(seq, 'patient_created'));
    tally.hear(event(13, 'patient_deleted'));
    tally.hear(event(14, 'patient_updated'));
    tally.hear(event(15, 'appointment_created'));
    expect(tally.snapshot()).toEqual({ total: 101, unsure: false });
  });

  it('of a search counts who comes and is in it, and is unsure when somebody in it may have changed', () => {
    const tally = new Tally(({ last_name }: Patient) => last_name === 'Doe');
    tally.begin(1, 5);
    tally.hear(event(2, 'patient_created'));
    tally.hear(event(3, 'patient_created', { last_name: 'Roe' }));
    expect(tally.snapshot()).toEqual({ total: 6, unsure: false });
    tally.hear(event(4, 'patient_deleted'));
    expect(tally.snapshot()).toEqual({ total: 6, unsure: true });
    tally.begin(4, 5);
    expect(tally.snapshot()).toEqual({ total: 5, unsure: false });
  });

  it('is unsure after a purge, of which nobody can tell whether the patient was in the list', () => {
    const tally = new Tally();
    tally.begin(1, 5);
    tally.hear(event(2, 'patient_deleted', { purged: true }));
    expect(tally.snapshot()).toEqual({ total: 5, unsure: true });
  });
});
