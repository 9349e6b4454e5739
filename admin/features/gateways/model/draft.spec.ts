import { describe, expect, it } from '@jest/globals';
import { GATEWAYS } from '../messages';
import { EMPTY_DRAFT, toDraft, toReport, validateDraft } from './draft';

const words = GATEWAYS.en.form.errors;
const sound = { ...EMPTY_DRAFT, gateway_id: 'lab-feed', gateway_type: 'lab feed' };

describe('a draft of a gateway', () => {
  it('becomes a report without a silence limit when none is entered', () => {
    expect(toReport(sound, { queue: 3 })).toEqual({
      gateway_type: 'lab feed',
      status: 'UNKNOWN',
      metadata: { queue: 3 },
    });
    expect(toReport({ ...sound, expect_every_s: ' 30 ' }, {})).toMatchObject({ expect_every_s: 30 });
  });

  it('holds what the gateway is', () => {
    const at = '2026-01-15T10:00:00.000Z';
    const gateway = {
      ...toReport(sound, {}),
      metadata: {},
      gateway_id: 'lab-feed',
      changed_at: at,
      reported_at: at,
    };
    expect(toDraft({ ...gateway, expect_every_s: 60 })).toEqual({ ...sound, expect_every_s: '60' });
    expect(toDraft({ ...gateway, expect_every_s: null })).toEqual(sound);
  });

  it('names each field that the server would refuse', () => {
    expect(validateDraft(sound, words)).toEqual({});
    expect(validateDraft({ ...EMPTY_DRAFT, gateway_id: 'a/b' }, words)).toEqual({
      gateway_id: words.id,
      gateway_type: words.type,
    });
    for (const expect_every_s of ['4', '7.5', 'soon', '604801']) {
      expect(validateDraft({ ...sound, expect_every_s }, words)).toEqual({
        expect_every_s: 'A whole number from 5 to 604800',
      });
    }
  });
});
