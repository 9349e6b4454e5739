import { Module } from '@nestjs/common';
import { UsersController } from './users.controller.js';
import { UsersList } from './users.list.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [UsersController],
  providers: [UsersService, UsersList],
})
export class UsersModule {}
