/** Checks that this instance is ready, for HEALTHCHECK. Prints the reason otherwise, for `docker inspect`. */
try {
  const answer = await fetch(`http://127.0.0.1:${process.env.PORT || 8000}/health/ready`, {
    signal: AbortSignal.timeout(2_500),
  });
  if (!answer.ok) process.stdout.write(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`no answer (${error.cause?.code ?? error.name})\n`);
  process.exitCode = 1;
}
