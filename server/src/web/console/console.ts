import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allowedMethods } from '../../api/problems/allowed-methods.js';
import { sendProblem } from '../../api/problems/send-problem.js';
import { Problem } from '../../platform/errors/problem.js';
import { NOT_BUILT_PAGE } from './not-built.js';
import { type Export, type Page, readExport } from './pages.js';

const FOLDER = fileURLToPath(new URL('../../../../admin/out/', import.meta.url));
/** File names in this folder contain a hash of the content, so the files can be cached without expiry. */
const HASHED = '_next/static/';
const YEAR = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/** Serves the console's static export at `/`. The policy of each page allows only its own scripts. */
export async function mountConsole(fastify: FastifyInstance): Promise<void> {
  const exported = readExport(FOLDER);
  if (exported) {
    await fastify.register(fastifyStatic, {
      root: FOLDER,
      serve: false,
      cacheControl: false,
      preCompressed: true,
    });
  }
  fastify.get('/*', (request, reply) => {
    const path = pathOf(request.url);
    if (path.startsWith('/api/')) return sendNoSuchRoute(request, reply);
    if (!exported) return sendPage(reply, NOT_BUILT_PAGE, path === '/' ? 200 : 404);
    return serve(exported, path, reply);
  });
}

/** The decoded path, because names of exported files contain brackets and parentheses. */
function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? '/';
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // an invalid encoding matches no file
  }
}

/** Sends 404 for an unknown GET under `/api`, which would otherwise return a page. */
function sendNoSuchRoute(request: FastifyRequest, reply: FastifyReply) {
  const methods = allowedMethods(request.url);
  if (methods.length > 0) reply.header('allow', methods.join(', '));
  sendProblem(reply, new Problem(methods.length > 0 ? 'method_not_allowed' : 'not_found'));
  return reply;
}

function serve(exported: Export, path: string, reply: FastifyReply) {
  const file = path.slice(1);
  if (exported.assets.has(file)) {
    return reply.header('cache-control', file.startsWith(HASHED) ? YEAR : ASK_AGAIN).sendFile(file);
  }
  const page = exported.pages.get(path === '/' ? path : path.replace(/\/$/, '').replace(/\.html$/, ''));
  if (page) return sendPage(reply, page, 200);
  return sendPage(reply, exported.pages.get('/404') ?? NOT_BUILT_PAGE, 404);
}

const sendPage = (reply: FastifyReply, page: Page, status: number) =>
  reply
    .status(status)
    .header('cache-control', ASK_AGAIN)
    .header('content-security-policy', page.contentSecurityPolicy)
    .type('text/html; charset=utf-8')
    .send(page.html);
