import { readFileSync } from 'node:fs';

/**
 * The commands that a page of the documentation tells a person to run below a heading: its first block of that
 * language. What the page leaves open (`…`) is the password of the owner.
 */
export function readCommands(
  page: string,
  heading: string,
  language: 'sh' | 'sql',
  ownerPassword = '',
): string {
  const section = readFileSync(page, 'utf8').split(`# ${heading}\n`)[1]?.split(/^#+ /m)[0] ?? '';
  const commands = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(section)?.[1];
  if (commands === undefined) throw new Error(`${page} has no commands below "${heading}"`);
  return commands.replaceAll('…', ownerPassword);
}

/** A statement that a page names in its text. */
export function readStatement(page: string, start: string): string {
  const statement = readFileSync(page, 'utf8').split(`\`${start}`)[1]?.split('`')[0];
  if (statement === undefined) throw new Error(`${page} does not say ${start}`);
  return start + statement;
}
