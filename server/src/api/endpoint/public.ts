import { SetMetadata } from '@nestjs/common';

export const PUBLIC = 'wardbell:public';

/**
 * Makes a controller or handler outside the table of endpoints public, such as `/health`. A route with neither this nor
 * `@Endpoint` refuses every request.
 */
export const Public = () => SetMetadata(PUBLIC, true);
