import { Injectable } from '@nestjs/common';
import { EXPORT_COLUMNS, type PatientExport } from '@wardbell/contract';
import type { z } from 'zod';
import { toViews } from '../../api/endpoint/restriction.js';
import { CsvWriter } from '../../api/exports/csv.js';
import { EXPORT_PAGE, type ExportSource } from '../../api/exports/snapshot-exports.js';
import { viewColumns } from '../../api/exports/view-columns.js';
import type { Principal } from '../../database/principal.js';
import { PatientsList } from './patients.list.js';

/** The list of patients as a file. */
@Injectable()
export class PatientsExport {
  constructor(private readonly list: PatientsList) {}

  source(
    principal: Principal,
    { search = '', archived, separator }: z.output<typeof PatientExport>,
  ): ExportSource {
    const writer = new CsvWriter(viewColumns('patient', EXPORT_COLUMNS.patient, principal), separator);
    return {
      action: 'patient.export',
      name: 'patients',
      head: writer.head(),
      search,
      count: (tx) => this.list.count(tx, { search, archived }),
      page: async (tx, after) => {
        const { data, next } = await this.list.page(tx, {
          search,
          archived,
          after,
          limit: EXPORT_PAGE,
          sort: 'name',
          order: 'asc',
        });
        return { lines: writer.lines(await toViews(tx, 'patient', data)), next };
      },
    };
  }
}
