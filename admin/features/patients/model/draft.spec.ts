import { formatMessage } from '../../../shared/text/message';
import en from '../messages/en.json';
import { EMPTY_DRAFT, refusedFields, toCreateBody, toUpdateBody, validateDraft } from './draft';

const words = en.errors;
const complete = { ...EMPTY_DRAFT, first_name: 'John', last_name: 'Doe' };

describe('a draft of a patient', () => {
  it('sends what was entered, trimmed, and nothing that was left empty', () => {
    expect(
      toCreateBody({ ...complete, first_name: ' John ', phone: '  ', email: 'john@example.org' }),
    ).toEqual({
      first_name: 'John',
      last_name: 'Doe',
      gender: 'unknown',
      email: 'john@example.org',
    });
  });

  it('sends of a change only what differs, and takes away what was emptied', () => {
    const base = { ...complete, mrn: 'M-1', phone: '1', email: 'john@example.org' };
    expect(toUpdateBody(base, { ...base, first_name: ' Jack ', phone: '' })).toEqual({
      first_name: 'Jack',
      phone: null,
    });
    expect(toUpdateBody(base, { ...base, first_name: 'John ' })).toEqual({});
  });

  it('needs an MRN once the patient is there', () => {
    expect(validateDraft(complete, words, true)).toEqual({ mrn: words.required });
  });

  it('is held to the contract, each field in words of its own', () => {
    expect(validateDraft(complete, words)).toEqual({});
    expect(
      validateDraft(
        {
          ...complete,
          first_name: ' ',
          last_name: 'x'.repeat(201),
          birth_date: '2999-01-01',
          email: 'john',
          phone: '1\u0007',
        },
        words,
      ),
    ).toEqual({
      first_name: words.required,
      last_name: formatMessage(words.tooLong, { max: 200 }),
      birth_date: words.date,
      email: words.email,
      phone: words.characters,
    });
  });

  it('marks the fields that the server refused', () => {
    expect(refusedFields('mrn_taken', [], words)).toEqual({ mrn: words.mrnTaken });
    expect(refusedFields('validation_failed', [{ path: 'phone' }, { path: 'tenant_id' }], words)).toEqual({
      phone: words.other,
    });
  });
});
