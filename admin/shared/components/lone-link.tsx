import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from './link';
import classes from './lone-link.module.css';

/** A link that stands alone, not in a sentence: high enough to be hit. */
export const LoneLink = (props: { href: string; onClick?: () => void; children: ReactNode }) => (
  <Anchor component={Link} size="sm" className={classes.alone} {...props} />
);
