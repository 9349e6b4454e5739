/** Bytes of an answer of a provider: discovery documents, key sets, tokens and claims are far smaller. */
const MAX_ANSWER_BYTES = 512 * 1024;
export const PROVIDER_TIMEOUT_MS = 5_000;

/** A provider gave no answer, or one that says that it cannot serve now. */
export class ProviderUnreachable extends Error {
  override readonly name = 'ProviderUnreachable';
}

interface ProviderRequest {
  readonly method?: string | undefined;
  readonly headers?: RequestInit['headers'] | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * `fetch` for the URLs of a provider, which its discovery document names: https only, unless the issuer itself is http on
 * this machine; no redirects; time and size of an answer are bounded.
 * @throws ProviderUnreachable also for answers with a status of 500 and more
 */
export async function fetchFromProvider(url: string, request: ProviderRequest = {}): Promise<Response> {
  const { method, headers, body, signal } = request;
  const bound = AbortSignal.timeout(PROVIDER_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      ...(body instanceof URLSearchParams || typeof body === 'string' ? { body } : {}),
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, bound]) : bound,
    });
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    const bytes = await readBounded(response);
    const { status, headers: answered } = response;
    return new Response(bytes.length === 0 ? null : bytes, { status, headers: answered });
  } catch (error) {
    throw new ProviderUnreachable('the provider gave no answer', { cause: error });
  }
}

async function readBounded({ body }: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    // leaving the loop cancels the rest
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** True for a failure whose cause is that the provider gave no answer. */
export function isUnreachable(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause)
    if (each instanceof ProviderUnreachable) return true;
  return false;
}
