import fc from 'fast-check';
import { type DraftField, EMPTY_DRAFT, type PatientDraft } from '../../features/patients/model/draft';
import { mergeDrafts } from './merge';

const base: PatientDraft = { ...EMPTY_DRAFT, first_name: 'John', last_name: 'Doe', phone: '1' };
const FIELDS = Object.keys(EMPTY_DRAFT).filter((name): name is DraftField => name in EMPTY_DRAFT);
const mergeOf = (origin: PatientDraft, mine: PatientDraft, theirs: PatientDraft) =>
  mergeDrafts(FIELDS, { base: origin, mine, theirs });

describe('mergeDrafts', () => {
  it('keeps what both changed in different fields', () => {
    const merge = mergeOf(base, { ...base, phone: '2' }, { ...base, email: 'john@example.org' });
    expect(merge.draft).toEqual({ ...base, phone: '2', email: 'john@example.org' });
    expect(merge.taken).toEqual(['email']);
    expect(merge.conflicts).toEqual([]);
  });

  it('leaves the choice to a person where both changed the same field', () => {
    const merge = mergeOf(base, { ...base, phone: '2' }, { ...base, phone: '3' });
    expect(merge.draft.phone).toBe('2');
    expect(merge.conflicts).toEqual(['phone']);
  });

  it('sees no conflict where both had the same idea', () => {
    expect(mergeOf(base, { ...base, phone: '2' }, { ...base, phone: '2' }).conflicts).toEqual([]);
  });

  const draft = fc.record<PatientDraft>({
    first_name: fc.constantFrom('a', 'b', 'c'),
    last_name: fc.constantFrom('a', 'b', 'c'),
    birth_date: fc.constantFrom('', '1984-03-12'),
    gender: fc.constantFrom('female', 'male'),
    phone: fc.constantFrom('', '1', '2'),
    email: fc.constantFrom('', 'x@y.z'),
    mrn: fc.constantFrom('a', 'b'),
    notes: fc.constantFrom('', 'a', 'b'),
    restricted: fc.constantFrom('', 'restricted'),
    restricted_to: fc.constantFrom('[]', '["a"]'),
  });

  it('never loses a change of ours and never overwrites one of theirs unasked', () => {
    fc.assert(
      fc.property(draft, draft, draft, (origin, mine, theirs) => {
        const { draft: merged, conflicts } = mergeOf(origin, mine, theirs);
        for (const field of ['first_name', 'birth_date', 'phone', 'notes', 'gender'] as const) {
          if (mine[field] !== origin[field]) expect(merged[field]).toBe(mine[field]);
          if (theirs[field] !== origin[field] && !conflicts.includes(field)) {
            expect(merged[field]).toBe(theirs[field]);
          }
        }
      }),
    );
  });
});
