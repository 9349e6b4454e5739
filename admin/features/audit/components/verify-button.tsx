'use client';

import { Button, Group, Modal } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { Notice } from '../../../shared/components/notice';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { AUDIT } from '../messages';

/** Has the server reckon the hash chain again, and says in words what came of it. */
export const VerifyButton = ({ tenantId }: { tenantId: string | null }) => {
  const text = useText();
  const words = useRoomText(AUDIT).verify;
  const formats = useFormats();
  const api = useApi();
  const [told, setTold] = useState(false);
  const verify = useMutation({
    mutationFn: () => api.call('GET', '/audit/verify', { query: { tenant_id: tenantId ?? undefined } }),
    onSettled: () => setTold(true),
  });
  const { data } = verify;
  const signed =
    data?.signed_since && data.signed_seq !== null
      ? formatMessage(words.signed, {
          since: formats.dateTime(data.signed_since),
          seq: formats.number(data.signed_seq),
        })
      : words.unsigned;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconShieldCheck size={18} aria-hidden="true" />}
        loading={verify.isPending}
        title={verify.isPending ? words.running : undefined}
        onClick={() => verify.mutate()}
      >
        {words.action}
      </Button>
      {told && (
        <Modal
          opened
          onClose={() => setTold(false)}
          title={words.action}
          centered
          closeButtonProps={{ 'aria-label': text.app.close }}
        >
          {data ? (
            data.ok ? (
              <Notice
                icon={IconShieldCheck}
                title={words.ok.title}
                hint={`${formatMessage(words.ok.hint, { n: formats.number(data.checked) })} ${signed}`}
              />
            ) : (
              <Notice
                icon={IconShieldX}
                tone="alarm"
                title={words.bad.title}
                hint={`${formatMessage(words.problems[data.problem ?? 'row_hash'], {
                  seq: formats.number(data.first_bad ?? 0),
                })} ${words.bad.advice} ${signed}`}
              />
            )
          ) : (
            <Notice
              icon={IconAlertTriangle}
              tone="alarm"
              title={words.failed}
              hint={describeFailure(verify.error, text).hint}
            />
          )}
          <Group justify="flex-end">
            <Button onClick={() => setTold(false)} data-autofocus>
              {text.app.close}
            </Button>
          </Group>
        </Modal>
      )}
    </>
  );
};
