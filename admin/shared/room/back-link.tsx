import { Button } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from '../components/link';

/** Leads from a page within a room back to the room. */
export const BackLink = ({ href, children }: { href: string; children: ReactNode }) => (
  <Button
    component={Link}
    href={href}
    variant="default"
    leftSection={<IconArrowLeft size={18} aria-hidden="true" />}
  >
    {children}
  </Button>
);
