import { describe, expect, it } from '@jest/globals';
import { endpoints } from '@wardbell/contract';
import { isProblemCode } from '../../platform/errors/problem.js';
import { allowedMethods } from '../problems/allowed-methods.js';

describe('The table of endpoints', () => {
  it('names only problems that exist', () => {
    const named = endpoints.flatMap(({ problems = [] }) => problems);
    expect(named.filter((code) => !isProblemCode(code))).toEqual([]);
  });

  it('has each method and path once', () => {
    const keys = endpoints.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('names the object of every body that carries fields of one', () => {
    const writing = endpoints.filter(
      ({ path, body, method }) =>
        body && method !== 'GET' && /^\/(patients|appointments)(\/:id)?$/.test(path),
    );
    expect(writing.map(({ writes }) => writes)).toEqual(['patient', 'patient', 'appointment', 'appointment']);
  });

  it('tells which methods a URL offers', () => {
    expect([...allowedMethods('/api/v1/patients/x?y=/auth/login')].sort()).toEqual([
      'DELETE',
      'GET',
      'PATCH',
    ]);
    expect(allowedMethods('/api/v1/patients/x/y')).toEqual([]);
    expect(allowedMethods('/api/v1/')).toEqual([]);
  });
});
