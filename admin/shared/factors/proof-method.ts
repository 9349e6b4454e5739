import type { FactorMethod } from '@wardbell/contract';

/** What a person is asked to show. */
export type ProofMethod = FactorMethod | 'password';
