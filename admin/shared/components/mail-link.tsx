/** An e-mail address to write to; where it does not fit into a line it breaks before the `@`. */
export const MailLink = ({ address }: { address: string }) => {
  const at = address.lastIndexOf('@');
  return (
    <a href={`mailto:${address}`}>
      {address.slice(0, at)}
      <wbr />
      {address.slice(at)}
    </a>
  );
};
