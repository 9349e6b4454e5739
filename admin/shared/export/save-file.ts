/** Lets the browser keep what was read. */
export const saveFile = (content: Blob, name: string): void => {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // the browser reads it after this turn
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

/** Excel divides the cells of a file by semicolons where the comma separates decimals. */
export const csvSeparator = (): 'comma' | 'semicolon' =>
  (0.5).toLocaleString(navigator.language).includes(',') ? 'semicolon' : 'comma';
