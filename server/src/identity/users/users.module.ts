import { Module } from '@nestjs/common';
import { Colleagues, ColleaguesController } from './colleagues.js';
import { ExternalUsersController } from './external-users.controller.js';
import { ExternalUsers } from './external-users.js';
import { UsersController } from './users.controller.js';
import { UsersList } from './users.list.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [ExternalUsersController, UsersController, ColleaguesController],
  providers: [ExternalUsers, UsersService, UsersList, Colleagues],
})
export class UsersModule {}
