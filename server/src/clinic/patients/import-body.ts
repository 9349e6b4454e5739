import { setImmediate } from 'node:timers/promises';
import { MAX_IMPORT_ROWS, PatientImportRow } from '@wardbell/contract';
import { z } from 'zod';
import { validationProblem } from '../../api/parsing/validation.js';
import { Problem } from '../../platform/errors/problem.js';

/** The rows themselves are validated in slices. */
const Rows = z.strictObject({ patients: z.array(z.unknown()).min(1).max(MAX_IMPORT_ROWS) });
/** 10,000 rows take about 100 ms, in which the sockets of everybody would wait. */
const SLICE = 250;
/** Further ones are not looked for: whoever has so many has mapped a column to a wrong field. */
const MAX_ISSUES = 50;

/**
 * Reads the body of an import, a slice at a time.
 * @throws Problem 400 when it is no JSON, 422 with the paths of the fields, without their values
 */
export async function readImportBody(text: string): Promise<PatientImportRow[]> {
  const { data, error } = Rows.safeParse(parse(text));
  if (error) throw validationProblem(error.issues);
  const rows: PatientImportRow[] = [];
  const issues: z.core.$ZodIssue[] = [];
  for (const [index, row] of data.patients.entries()) {
    if (index % SLICE === SLICE - 1) await setImmediate();
    const parsed = PatientImportRow.safeParse(row);
    if (parsed.success) rows.push(parsed.data);
    else
      issues.push(
        ...parsed.error.issues.map((issue) => ({ ...issue, path: ['patients', index, ...issue.path] })),
      );
    if (issues.length >= MAX_ISSUES) break;
  }
  if (issues.length > 0) throw validationProblem(issues);
  return rows;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('malformed_request', { cause: error });
  }
}
