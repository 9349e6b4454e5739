import { SetMetadata } from '@nestjs/common';

export const PUBLIC = 'wardbell:public';

/**
 * Says that a controller or handler outside the table of endpoints is for anybody, such as `/health`. A route
 * with neither this nor `@Endpoint` is refused to all.
 */
export const Public = () => SetMetadata(PUBLIC, true);
