import { Module } from '@nestjs/common';
import { ApprovalRequests } from '../approvals/approval-requests.js';
import { ApprovalsController } from '../approvals/approvals.controller.js';
import { ApprovalsService } from '../approvals/approvals.service.js';
import { OverdueApprovals } from '../approvals/overdue-approvals.js';
import { Colleagues, ColleaguesController } from './colleagues.js';
import { ExternalUsersController } from './external-users.controller.js';
import { ExternalUsers } from './external-users.js';
import { ListPreferencesController, ListPreferencesService } from './list-preferences.js';
import { UsersController } from './users.controller.js';
import { UsersExport } from './users.export.js';
import { UsersList } from './users.list.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [
    ApprovalsController,
    ExternalUsersController,
    ListPreferencesController,
    UsersController,
    ColleaguesController,
  ],
  providers: [
    ApprovalRequests,
    ApprovalsService,
    OverdueApprovals,
    ExternalUsers,
    ListPreferencesService,
    UsersService,
    UsersList,
    UsersExport,
    Colleagues,
  ],
})
export class UsersModule {}
