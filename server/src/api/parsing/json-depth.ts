/** Levels of objects and arrays in a body; those of the contract have fewer than ten. */
export const MAX_JSON_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * True when JSON text opens more than `MAX_JSON_DEPTH` objects and arrays inside each other. It runs before the text is
 * parsed and stops at the first level that is too deep: what is parsed is walked by recursive code (schemas,
 * comparisons), whose stack a body of brackets would exhaust. Text that is no JSON gets any answer.
 */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        if (depth > MAX_JSON_DEPTH) return true;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case QUOTE:
        at = endOfString(text, at);
        break;
    }
  }
  return false;
}

/** @param from of the opening quote; returns the position of the closing one, or the length of the text */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return at;
}
