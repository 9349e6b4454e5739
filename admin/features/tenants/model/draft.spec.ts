import { describe, expect, it } from '@jest/globals';
import { formatMessage } from '../../../shared/text/message';
import en from '../messages/en.json';
import { emptyDraft, refusedFields, slugFor, toCreateBody, toUpdateBody, validateDraft } from './draft';

const words = en.form.errors;
const draft = { ...emptyDraft('Europe/Berlin'), name: 'Praxis am Lindenhof', slug: 'lindenhof' };

describe('A short name', () => {
  it.each([
    ['Praxis am Lindenhof', 'praxis-am-lindenhof'],
    ['Centre de santé Saint-Roch', 'centre-de-sante-saint-roch'],
    ['Straße & Söhne!', 'strasse-sohne'],
    ['病院', ''],
    [`${'a'.repeat(62)} b`, 'a'.repeat(62)],
  ])('of %s', (name, slug) => {
    expect(slugFor(name)).toBe(slug);
  });
});

describe('A draft of a clinic', () => {
  it('sends what was entered, and of an edit only what was changed', () => {
    expect(toCreateBody({ ...draft, max_connections: 20 })).toEqual({
      name: 'Praxis am Lindenhof',
      slug: 'lindenhof',
      time_zone: 'Europe/Berlin',
      ceilings: { max_connections: 20, max_connections_per_user: null, max_messages_per_minute: null },
    });
    expect(toUpdateBody(draft, draft)).toEqual({});
    expect(toUpdateBody(draft, { ...draft, name: 'Praxis', max_connections_per_user: 2 })).toEqual({
      name: 'Praxis',
      ceilings: { max_connections_per_user: 2 },
    });
  });

  it('is held against the contract', () => {
    expect(validateDraft(draft, words)).toEqual({});
    expect(validateDraft(emptyDraft('Mars/Olympus'), words)).toEqual({
      name: words.required,
      slug: words.required,
      time_zone: words.timeZone,
    });
    expect(validateDraft({ ...draft, name: 'x'.repeat(201), slug: 'Not This' }, words)).toEqual({
      name: formatMessage(words.tooLong, { max: 200 }),
      slug: words.slug,
    });
  });

  it('knows the fields that the server refused', () => {
    expect(refusedFields('slug_taken', [], words)).toEqual({ slug: words.slugTaken });
    expect(
      refusedFields('validation_failed', [{ path: 'ceilings.max_connections', message: '' }], words),
    ).toEqual({ max_connections: words.other });
  });
});
