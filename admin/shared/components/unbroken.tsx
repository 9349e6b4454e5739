import type { ReactNode } from 'react';
import classes from './unbroken.module.css';

/** A number of a record, or a short text with it, on one line, whatever hyphens it has; what does not fit ends with an ellipsis. */
export const Unbroken = ({ number, children = number }: { number: string; children?: ReactNode }) => (
  <span className={classes.unbroken} title={number}>
    {children}
  </span>
);

/** A text that ends with the number of a record, or has it as its last mention. */
export const WithUnbroken = ({ text, number }: { text: string; number: string | undefined }): ReactNode => {
  const at = number === undefined || number === '' ? -1 : text.lastIndexOf(number);
  if (number === undefined || at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <Unbroken number={number} />
      {text.slice(at + number.length)}
    </>
  );
};
