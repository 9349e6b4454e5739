'use client';

import { ColumnMenu } from '../../../shared/grid/column-menu';
import { LIST } from '../../../shared/grid/messages';
import room from '../../../shared/room/room.module.css';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import type { PatientList } from '../queries/use-patient-list';
import { usePatientTotal } from '../queries/use-patient-total';
import { usePatientColumns } from './columns';
import { ExportPatients } from './export-patients';

interface ListToolsProps {
  readonly list: PatientList;
  readonly search: string;
  readonly archived: boolean;
}

/** How many patients there are in all, which columns are shown, and the list as a file. */
export const ListTools = ({ list, search, archived }: ListToolsProps) => {
  const words = useRoomText(LIST);
  const formats = useFormats();
  // of a list that is here to its end the rows say it
  const { total, unsure } = usePatientTotal(search, archived, !list.complete && !list.searching);
  return (
    <span className={room.tools}>
      {total !== null && (
        <span>
          {formatMessage(unsure ? words.aboutInAll : words.inAll, { formatted: formats.number(total) })}
        </span>
      )}
      <ColumnMenu grid="patients" columns={usePatientColumns()} />
      <ExportPatients search={search} archived={archived} />
    </span>
  );
};
