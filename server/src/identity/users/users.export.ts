import { Injectable } from '@nestjs/common';
import { EXPORT_USER_COLUMNS, type UserExportQuery } from '@wardbell/contract';
import type { z } from 'zod';
import { CsvWriter } from '../../api/exports/csv.js';
import { EXPORT_PAGE, type ExportSource } from '../../api/exports/snapshot-exports.js';
import { UsersList } from './users.list.js';

/** The list of users as a file. */
@Injectable()
export class UsersExport {
  constructor(private readonly list: UsersList) {}

  source({ separator, ...query }: z.output<typeof UserExportQuery>): ExportSource {
    const writer = new CsvWriter(EXPORT_USER_COLUMNS, separator);
    return {
      action: 'user.export',
      unit: 'accounts',
      name: 'users',
      head: writer.head(),
      search: query.search,
      count: (tx) => this.list.count(tx, query),
      page: async (tx, after) => {
        const { data, next } = await this.list.page(tx, { ...query, after, limit: EXPORT_PAGE });
        return { lines: writer.lines(data), next };
      },
    };
  }
}
