import { describe, expect, it } from '@jest/globals';
import { APPROVAL_HOURS } from '@wardbell/contract';
import { serverSources } from '../../../../test/support/server-sources';
import de from '../messages/de.json';
import en from '../messages/en.json';
import { inReadersWords, SYSTEM_TEXTS } from './system-text';

const sources = serverSources()
  .join('\n')
  .replaceAll(/\$\{APPROVAL_HOURS\}/g, `${APPROVAL_HOURS}`);

describe('A notice of the server itself', () => {
  it.each(SYSTEM_TEXTS)('is what the server writes, and the English words are the same: %s', (text, word) => {
    // the server fills in a host and a cause
    for (const part of text.split(/\{host\}|: |\.$/)) expect(sources).toContain(part);
    expect(en.system[word]).toBe(text);
  });

  it('is said in the language of its reader, and one of a person as it was written', () => {
    const say = (message: string, sender = 'system') =>
      inReadersWords({ sender, message }, de.system).message;
    const emergency = 'Emergency access to a restricted patient was opened and needs a review.';
    expect(say(emergency)).toBe(de.system.emergency);
    expect(say(emergency, 'a person')).toBe(emergency);
    expect(say('The webhook to lab.test:8443 was disabled: it answered 410 Gone.')).toBe(
      'Der Webhook an lab.test:8443 wurde abgeschaltet: Er hat mit 410 Gone geantwortet.',
    );
    expect(say('Something else.')).toBe('Something else.');
  });
});
