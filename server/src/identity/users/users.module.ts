import { Module } from '@nestjs/common';
import { Colleagues, ColleaguesController } from './colleagues.js';
import { UsersController } from './users.controller.js';
import { UsersList } from './users.list.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [UsersController, ColleaguesController],
  providers: [UsersService, UsersList, Colleagues],
})
export class UsersModule {}
