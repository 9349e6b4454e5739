'use client';

import { ActionIcon, Popover } from '@mantine/core';
import { IconBookmark } from '@tabler/icons-react';
import { useState } from 'react';
import { useRoomText } from '../text/text';
import { FilterMenu, type FilterMenuProps } from './filter-menu';
import { FILTERS } from './messages';

/** The saved filters of a list: choose one, save the present one, rename, delete, and which one the list opens with. */
export const SavedFilters = (props: Pick<FilterMenuProps, 'list' | 'filter' | 'onApply'>) => {
  const words = useRoomText(FILTERS);
  const [opened, setOpened] = useState(false);
  const [renamed, setRenamed] = useState<string | null>(null);
  const show = (isOpen: boolean) => {
    setOpened(isOpen);
    setRenamed(null);
  };
  return (
    <Popover
      opened={opened}
      onChange={show}
      // while a filter is renamed, Escape ends that alone
      closeOnEscape={renamed === null}
      position="bottom-end"
      width={320}
      trapFocus
      withinPortal
      shadow="md"
      returnFocus
    >
      <Popover.Target>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={words.title}
          title={words.title}
          onClick={() => show(!opened)}
        >
          <IconBookmark size={18} aria-hidden="true" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-modal="true">
        <FilterMenu {...props} renamed={renamed} onRename={setRenamed} onClose={() => show(false)} />
      </Popover.Dropdown>
    </Popover>
  );
};
