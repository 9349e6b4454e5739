import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldErrors } from '../publication.js';
import { linearEngine } from './linear-pattern.js';
import { costOf, SchemaError } from './schema-bounds.js';

/** Errors in one answer. */
const MAX_ERRORS = 50;
/** Up to this product of schema nodes and characters of data all errors are reported; beyond it only the first. */
const MAX_THOROUGH_WORK = 200_000;

const options = {
  // unknown keywords and formats are annotations, as the specification says
  strict: false,
  validateFormats: false,
  logger: false,
  inlineRefs: false,
  addUsedSchema: false,
  code: { regExp: linearEngine },
} as const;

/** A compiled schema. */
export class Validator {
  readonly #isValid: ValidateFunction;
  #thorough: ValidateFunction | undefined;
  readonly #cost: number;

  /** @throws SchemaError when it is no JSON Schema 2020-12 or beyond a bound */
  constructor(private readonly schema: object | boolean) {
    this.#cost = costOf(schema);
    this.#isValid = compile(schema, false);
  }

  /**
   * What is wrong with data, by JSON pointer; empty: nothing. Messages never repeat the data.
   * @param characters length of its text
   */
  errorsOf(data: unknown, characters: number): FieldErrors {
    if (this.#isValid(data)) return [];
    if (this.#cost * characters > MAX_THOROUGH_WORK) return toErrors(this.#isValid.errors);
    this.#thorough ??= compile(this.schema, true);
    this.#thorough(data);
    return toErrors(this.#thorough.errors);
  }
}

function compile(schema: object | boolean, allErrors: boolean): ValidateFunction {
  // an instance of its own, so that a schema and its `$id` are forgotten with it
  const ajv = new Ajv2020({ ...options, allErrors });
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new SchemaError('is no JSON Schema 2020-12', { cause: error });
  }
}

const toErrors = (errors: ErrorObject[] | null | undefined): FieldErrors =>
  (errors ?? []).slice(0, MAX_ERRORS).map((error) => ({
    path: pointerOf(error),
    message: error.message ?? 'is not valid',
  }));

/** To the value that is wrong, or that is missing. */
function pointerOf({ instancePath, keyword, params }: ErrorObject): string {
  const name: unknown =
    keyword === 'required' || keyword === 'dependentRequired'
      ? Reflect.get(params, 'missingProperty')
      : keyword === 'additionalProperties'
        ? Reflect.get(params, 'additionalProperty')
        : undefined;
  return typeof name === 'string'
    ? `${instancePath}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    : instancePath;
}
