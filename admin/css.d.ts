import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Custom properties are CSS too. */
    [name: `--${string}`]: string | number | undefined;
  }
}
