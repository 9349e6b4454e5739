import { Logo } from './logo';
import classes from './splash.module.css';

/** What stands on the screen before there is anything to say. It holds no words: no language is known yet. */
export const Splash = ({ label }: { label?: string }) => (
  <div className={classes.splash} role="status" aria-busy="true" aria-label={label}>
    <Logo size={48} />
  </div>
);
