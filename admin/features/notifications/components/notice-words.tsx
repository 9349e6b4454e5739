import type { InboxNotice } from '@wardbell/contract';

/** The title of a notice and its message. Buttons beside it are described by the title, or by the message where there is none. */
export const NoticeWords = ({
  title,
  message,
  nameId,
  titleClass,
  messageClass,
}: Pick<InboxNotice, 'title' | 'message'> & {
  /** Id of the element that names the notice. */
  nameId: string | undefined;
  titleClass: string | undefined;
  messageClass: string | undefined;
}) => (
  <>
    {title !== null && (
      <strong id={nameId} className={titleClass}>
        {title}
      </strong>
    )}
    <span id={title === null ? nameId : undefined} className={messageClass}>
      {message}
    </span>
  </>
);
