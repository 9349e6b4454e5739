'use client';

import type { ListName } from '@wardbell/contract/list-names';
import { useEffect, useRef } from 'react';
import { useMe } from '../session/context';
import { adopt, unsavedLists } from './keep';
import { onKept, readLists } from './kept';
import { useOwnLists, useSaveList } from './use-own-lists';

/** Brings what the server has into this browser, and what is chosen here to the server. It shows nothing. */
export const ListSync = () => {
  const { id } = useMe();
  const { data: saved, dataUpdatedAt } = useOwnLists();
  const { mutateAsync } = useSaveList();
  const saving = useRef(new Set<string>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer of the server is a time to try a failed save again, also one that says nothing new
  useEffect(() => {
    if (saved === undefined) return undefined;
    adopt(id, saved);
    const save = async (list: ListName) => {
      if (saving.current.has(list)) return;
      saving.current.add(list);
      try {
        await mutateAsync({
          list,
          change: () => {
            const kept = readLists(id)[list];
            return Object.fromEntries((kept?.unsaved ?? []).map((field) => [field, kept?.[field]]));
          },
        });
      } catch {
        // it stays unsaved, and is tried again when something is chosen or the window is looked at again
      }
      saving.current.delete(list);
    };
    const saveAll = () => {
      for (const list of unsavedLists(id)) void save(list);
    };
    saveAll();
    return onKept(saveAll);
  }, [id, saved, dataUpdatedAt, mutateAsync]);
  return null;
};
