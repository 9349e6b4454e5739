/** What a placeholder of a message stands for. */
export type MessageValues = Readonly<Record<string, string | number | boolean>>;

/**
 * Fills a message of a catalogue. Messages are written in the part of ICU MessageFormat that translators need:
 * `{name}`, `{n, plural, =0 {…} one {…} other {…}}` and `{key, select, a {…} other {…}}`, nested at will. Libraries for
 * all of ICU weigh 10 kB and more, a twentieth of the first load. `catalogues.spec.ts` checks every message.
 * Plurals follow `language`, by default that of the page.
 */
export const formatMessage = (message: string, values: MessageValues, language?: string): string => {
  let formatted = '';
  for (let at = 0; at < message.length; ) {
    const open = message.indexOf('{', at);
    if (open < 0) return formatted + message.slice(at);
    const close = closingBrace(message, open);
    formatted += message.slice(at, open) + formatArgument(message.slice(open + 1, close), values, language);
    at = close + 1;
  }
  return formatted;
};

const ARGUMENT = /^\s*(\w+)\s*(?:,\s*(plural|select)\s*,(.*))?$/s;

const formatArgument = (argument: string, values: MessageValues, language: string | undefined): string => {
  const [, name = '', kind, branches = ''] = ARGUMENT.exec(argument) ?? [];
  const value = values[name];
  if (value === undefined) {
    // A page that stands with a gap is worth more than none. Browser tests fail on any error in the console.
    console.error(`A message has no value for {${name}}`);
    return `{${name}}`;
  }
  if (kind === undefined) return String(value);
  const byKey = readBranches(branches);
  const key =
    kind === 'plural'
      ? new Intl.PluralRules(language ?? document.documentElement.lang).select(Number(value))
      : String(value);
  const branch = byKey.get(`=${value}`) ?? byKey.get(key) ?? byKey.get('other') ?? '';
  return formatMessage(branch, values, language);
};

const readBranches = (text: string): ReadonlyMap<string, string> => {
  const branches = new Map<string, string>();
  for (let at = 0, open = text.indexOf('{'); open >= 0; open = text.indexOf('{', at)) {
    const close = closingBrace(text, open);
    branches.set(text.slice(at, open).trim(), text.slice(open + 1, close));
    at = close + 1;
  }
  return branches;
};

const closingBrace = (text: string, open: number): number => {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  throw new Error(`A brace is not closed: ${text}`);
};
