import { Switch } from '@mantine/core';
import { SavedFilters } from '../../../shared/lists/saved-filters';
import { useDefaultFilter } from '../../../shared/lists/use-default-filter';
import { useRoomText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import { readView, type View } from '../model/view';
import { viewFilter } from '../model/view-filter';

/** Whether archived patients are listed and found, and the saved filters of the list. */
export const ListChoices = ({
  view,
  isSearched,
  onChange,
  onApply,
}: {
  view: View;
  isSearched: boolean;
  onChange: (view: View) => void;
  /** A saved filter was chosen. */
  onApply: (view: View) => void;
}) => {
  const filter = viewFilter(view);
  useDefaultFilter('patients', isSearched || Object.keys(filter).length > 0, (defaultFilter) =>
    onChange(readView(defaultFilter)),
  );
  return (
    <>
      <Switch
        label={useRoomText(PATIENT_FORM).archive.show}
        checked={view.archived}
        onChange={(event) => onChange({ ...view, archived: event.currentTarget.checked })}
      />
      <SavedFilters list="patients" filter={filter} onApply={(saved) => onApply(readView(saved))} />
    </>
  );
};
