/** Whether the form for a new object of the tab is open. */
export interface CreateForm {
  readonly isCreating: boolean;
  readonly setCreating: (isCreating: boolean) => void;
}
