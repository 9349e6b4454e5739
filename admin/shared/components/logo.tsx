/** The mark: a bell with a pulse running through it. Decorative: the name stands beside it or in a label. */
export const Logo = ({ size = 24 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" fill="var(--mantine-primary-color-filled, #03707f)" />
    <path
      d="M16 6.5c-3.9 0-6.4 2.8-6.4 6.6v3.6c0 1.5-.6 2.4-1.5 3.4-.6.7-.1 1.7.8 1.7h14.2c.9 0 1.4-1 .8-1.7-.9-1-1.5-1.9-1.5-3.4v-3.6c0-3.8-2.5-6.6-6.4-6.6Z"
      fill="#fff"
    />
    <path d="M13.4 23.6a2.7 2.7 0 0 0 5.2 0" stroke="#fff" strokeWidth="1.8" strokeLinecap="round" />
    <path
      d="M8.5 16h4l1.6-3.6 2.9 6.2 1.9-3.9.8 1.3h3.8"
      stroke="var(--mantine-primary-color-filled, #03707f)"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
);
