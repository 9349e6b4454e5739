import { addressOf } from './api';

describe('addressOf', () => {
  it('fills parameters in, escaped', () => {
    expect(addressOf('/patients/:id', { id: 'a/b?c' })).toBe('/api/v1/patients/a%2Fb%3Fc');
  });

  it('leaves out what is undefined or empty', () => {
    expect(addressOf('/patients', {}, { limit: 100, after: undefined, search: '' })).toBe(
      '/api/v1/patients?limit=100',
    );
  });
});
