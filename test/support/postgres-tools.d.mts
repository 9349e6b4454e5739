export function findPostgresTools(): string | undefined;
