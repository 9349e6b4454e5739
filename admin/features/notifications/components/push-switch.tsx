'use client';

import { Alert, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, useMe } from '../../../shared/session/context';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { canPush, isSubscribed, subscribe, unsubscribe } from '../model/push';

/** Wakes this device while no page is open. Takes effect at once, on this browser alone. */
export const PushSwitch = () => {
  const words = useRoomText(NOTIFICATIONS).preferences;
  const api = useApi();
  const me = useMe();
  const cache = useQueryClient();
  const key = ['push-subscribed', me.id];
  const { data: isOn = false } = useQuery({
    queryKey: key,
    queryFn: () => isSubscribed(me.id),
    staleTime: 0,
  });
  const choose = useMutation({
    mutationFn: (wanted: boolean) => (wanted ? subscribe(api, me.id) : unsubscribe(api)),
    onSettled: () => cache.invalidateQueries({ queryKey: key }),
  });
  if (!canPush()) return null;
  return (
    <>
      <Switch
        label={words.push}
        description={words.pushHint}
        checked={choose.isPending ? choose.variables : isOn}
        disabled={choose.isPending}
        onChange={(event) => choose.mutate(event.currentTarget.checked)}
      />
      {choose.isError && (
        <Alert color="orange" role="alert">
          {words.pushFailed}
        </Alert>
      )}
    </>
  );
};
