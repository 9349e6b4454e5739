/**
 * Finds the text of members and elements of JSON that is known to be valid, because `JSON.parse` took it. Data of events
 * is passed on as the text that was sent: JavaScript would alter numbers above 2^53 (9007199254740993 becomes …992).
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const BLANK = 0x20;

const skipBlanks = (text: string, from: number): number => {
  let at = from;
  while (text.charCodeAt(at) <= BLANK) at++;
  return at;
};

/** @param from of the opening quote; answers the position behind the closing one */
const skipString = (text: string, from: number): number => {
  let at = text.indexOf('"', from + 1);
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at + 1;
};

const isEscaped = (text: string, at: number): boolean => {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
};

/** @param from of the first character; answers the position behind the last one */
const skipValue = (text: string, from: number): number => {
  let depth = 0;
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = skipString(text, at);
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      if (depth === 0) return at;
      depth--;
      at++;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      depth++;
      at++;
    } else if (depth === 0 && (code === COMMA || code <= BLANK || at >= text.length)) return at;
    else {
      at++;
      continue;
    }
    if (depth === 0) return at;
  }
};

/** The text of a member of an object; the last one, as `JSON.parse` takes it, where the name comes twice. */
export function memberText(object: string, name: string): string | undefined {
  let found: string | undefined;
  let at = skipBlanks(object, object.indexOf('{') + 1);
  while (object.charCodeAt(at) === QUOTE) {
    const nameEnd = skipString(object, at);
    const key: unknown = JSON.parse(object.slice(at, nameEnd));
    const start = skipBlanks(object, object.indexOf(':', nameEnd) + 1);
    const end = skipValue(object, start);
    if (key === name) found = object.slice(start, end);
    at = skipBlanks(object, end);
    if (object.charCodeAt(at) === COMMA) at = skipBlanks(object, at + 1);
  }
  return found;
}

/** The texts of the elements of an array. */
export function elementTexts(array: string): string[] {
  const texts: string[] = [];
  let at = skipBlanks(array, array.indexOf('[') + 1);
  while (at < array.length && array.charCodeAt(at) !== CLOSE_ARRAY) {
    const end = skipValue(array, at);
    texts.push(array.slice(at, end));
    at = skipBlanks(array, end);
    if (array.charCodeAt(at) === COMMA) at = skipBlanks(array, at + 1);
  }
  return texts;
}

/** What could make a small text a large one, or a deep one, where it is written out again. */
export interface JsonShape {
  /** Objects and arrays in each other. */
  readonly depth: number;
  /** Digits that numbers with exponents may grow by when they are written without. */
  readonly hiddenDigits: number;
}

const EXPONENT = /[eE][+-]?(\d+)/y;

export function shapeOf(text: string): JsonShape {
  let depth = 0;
  let deepest = 0;
  let hiddenDigits = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(text, at);
      continue;
    }
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) deepest = Math.max(deepest, ++depth);
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--;
    else if (code === 0x65 || code === 0x45) {
      EXPONENT.lastIndex = at;
      // of `true` and `false` there is an `e` without digits
      hiddenDigits += Number(EXPONENT.exec(text)?.[1] ?? 0);
    }
    at++;
  }
  return { depth: deepest, hiddenDigits };
}
