'use client';

import { Checkbox, Popover, Stack, UnstyledButton } from '@mantine/core';
import type { ListName } from '@wardbell/contract/list-names';
import { choose } from '../lists/keep';
import { useKept } from '../lists/kept';
import room from '../room/room.module.css';
import { useMe } from '../session/context';
import { useRoomText } from '../text/text';
import classes from './column-menu.module.css';
import type { Column } from './columns';
import { LIST } from './messages';

/** Lets a person choose which columns stand in a list. On a narrow screen there is but one. */
export const ColumnMenu = <Row,>({ grid, columns }: { grid: ListName; columns: readonly Column<Row>[] }) => {
  const words = useRoomText(LIST);
  const { id: me } = useMe();
  const { hidden_columns: hidden } = useKept(grid);
  const all = columns.slice(1);
  const ids = all.map(({ id }) => id);
  return (
    <Popover trapFocus withinPortal position="top-end" shadow="md">
      <Popover.Target>
        <UnstyledButton className={`${room.link} ${classes.link}`}>{words.columns}</UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Checkbox.Group
          label={words.shownColumns}
          value={ids.filter((id) => !hidden.includes(id))}
          onChange={(next) => choose(me, grid, { hidden_columns: ids.filter((id) => !next.includes(id)) })}
        >
          <Stack gap="xs" mt="xs">
            {all.map(({ id, header }) => (
              <Checkbox key={id} value={id} label={header} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
};
