/** How a person gets a password of their own: by a link, or in the place of one that was made or typed by an administrator. */
export const START_WAYS = ['link', 'made', 'typed'] as const;

export interface StartDraft {
  readonly way: (typeof START_WAYS)[number];
  /** Empty unless it is typed. */
  readonly password: string;
}

export const BY_LINK: StartDraft = { way: 'link', password: '' };

/** The password that is set; null: a link is made. */
export const passwordOf = ({ way, password }: StartDraft, made: string): string | null =>
  way === 'link' ? null : way === 'made' ? made : password;
