import { BY_NAME, readView } from './view';
import { viewFilter } from './view-filter';

describe('a saved filter of patients', () => {
  it('is read as it was saved', () => {
    for (const view of [
      { archived: false, sort: BY_NAME },
      { archived: true, sort: { by: 'updated', descending: true } },
      { archived: false, sort: { by: 'birth_date', descending: false } },
      { archived: false, sort: { by: 'name', descending: true } },
    ])
      expect(readView(viewFilter(view))).toEqual(view);
    expect(viewFilter({ archived: false, sort: BY_NAME })).toEqual({});
  });

  it('is by name when it has an order that is not known', () => {
    expect(readView({ sort: 'shoe_size', order: 'desc' })).toEqual({ archived: false, sort: BY_NAME });
  });
});
