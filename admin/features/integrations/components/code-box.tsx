import classes from './integrations-room.module.css';

/** Lines that are to be copied; their box has a name, since what scrolls is reached by key. */
export const CodeBox = ({ label, children }: { label: string; children: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by key
  <section className={classes.shell} tabIndex={0} aria-label={label}>
    <pre>{children}</pre>
  </section>
);
