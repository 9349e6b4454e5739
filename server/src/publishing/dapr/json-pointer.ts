import { elementTexts, memberText } from '../json-slices.js';

/**
 * The text that a JSON pointer (RFC 6901) finds in valid JSON, as it was written; undefined when it finds nothing.
 * Works on the text, so that numbers are not altered.
 */
export function textAt(json: string, pointer: string): string | undefined {
  let text: string | undefined = json;
  for (const token of pointer.split('/').slice(1)) {
    if (text === undefined) return undefined;
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    text = childOf(text.trim(), name);
  }
  return text;
}

function childOf(text: string, name: string): string | undefined {
  if (text.startsWith('{')) return memberText(text, name);
  if (text.startsWith('[') && /^(?:0|[1-9]\d{0,6})$/.test(name)) return elementTexts(text)[Number(name)];
  return undefined;
}
