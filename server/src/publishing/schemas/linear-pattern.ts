import { RE2JS } from 're2js';

/** Instructions of one pattern. */
const MAX_PROGRAM = 500;

/** A pattern that cannot be used: it is no RE2 pattern, or too large. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/**
 * Patterns run on RE2, whose time is linear in the length of the text whatever the pattern is. JavaScript's own engine
 * backtracks, and checks that look for patterns that can blow up miss some. What RE2 does not have (look-around, back
 * references) is refused when the schema is stored.
 * @throws PatternError
 */
export function compilePattern(pattern: string): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    throw new PatternError('has a pattern that RE2 does not take', { cause: error });
  }
  if (compiled.programSize() > MAX_PROGRAM) throw new PatternError('has a pattern that is too large');
  return compiled;
}

/** The engine as Ajv takes one. */
export const linearEngine = Object.assign((pattern: string): RE2JS => compilePattern(pattern), {
  /** For stand-alone code, which is not made here. */
  code: 'undefined',
});
