import type { z } from 'zod';
import { Problem } from '../../platform/errors/problem.js';

type Issue = z.core.$ZodIssue;

/** Bounds the errors in one response, because a body can have thousands of invalid fields. */
const MAX_ERRORS = 50;
/** Matches names that look like fields, so that other keys of a body, which can be PHI, are not repeated. */
const FIELD_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** Problem 422 with the invalid fields. Never contains their values, which can be names or notes. */
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
      // the message of zod ends with "received undefined" for a missing field and never contains the value
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
