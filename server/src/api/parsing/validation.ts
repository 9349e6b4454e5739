import type { z } from 'zod';
import { Problem } from '../../platform/errors/problem.js';

type Issue = z.core.$ZodIssue;

/** Errors in one answer; a body with thousands of wrong fields does not get thousands of lines back. */
const MAX_ERRORS = 50;
/** A name that a developer misspelt, not a text that a person wrote. */
const FIELD_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** 422 with what is wrong where. Never says what was sent: it may be a name or a note. */
export const validationProblem = (issues: readonly Issue[]): Problem =>
  new Problem('validation_failed', { errors: errorsOf(issues) });

/** @param prefix of each path */
export const errorsOf = (issues: readonly Issue[], prefix = ''): { path: string; message: string }[] =>
  issues
    .slice(0, MAX_ERRORS)
    .map((issue) => ({ path: prefix + issue.path.map(String).join('.'), message: messageOf(issue) }));

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      // zod says "received undefined" for what is absent and never the value itself
      return issue.message.endsWith('undefined') ? 'is required' : `must be of type ${issue.expected}`;
    case 'too_small':
      return `must be at least ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? issue.message
        : `must be a valid ${FORMATS[issue.format] ?? issue.format}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys': {
      const names = issue.keys.filter((key) => FIELD_NAME.test(key)).slice(0, 10);
      return `has unknown fields${names.length > 0 ? `: ${names.join(', ')}` : ''}`;
    }
    case 'invalid_union':
      return 'has none of the forms that are allowed';
    case 'custom':
      return issue.message;
    default:
      return 'is not valid';
  }
}

const unit = (origin: string): string =>
  origin === 'string' ? ' characters' : origin === 'array' || origin === 'set' ? ' entries' : '';

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'RFC 3339 date and time with offset',
  date: 'date (YYYY-MM-DD)',
  email: 'e-mail address',
  guid: 'UUID',
  uuid: 'UUID',
};
