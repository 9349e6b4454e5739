# The server with its console. Runs as an unprivileged user on a read-only file system; all state is in
# PostgreSQL. docker-compose.yml shows how to run it, `npm run test:containers` builds and tests it.

# The current LTS.
ARG NODE_VERSION=26

FROM node:${NODE_VERSION}-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json ./
COPY contract/package.json contract/
COPY client/package.json client/
COPY server/package.json server/
COPY admin/package.json admin/

FROM manifests AS build
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.base.json prisma.config.ts ./
COPY scripts scripts
COPY prisma prisma
COPY contract contract
COPY client client
COPY server server
COPY admin admin
RUN npm run build

# What the server needs to run, wherever npm places it.
FROM manifests AS dependencies
COPY scripts/prune.mjs /tmp/
COPY scripts/lib/reach.mjs /tmp/lib/
RUN npm ci --omit=dev --workspace=@wardbell/server --no-audit --no-fund \
  && node /tmp/prune.mjs /app

FROM node:${NODE_VERSION}-slim
# The secrets that Compose makes at its first start, and the archive of the audit log, are written by this user.
RUN groupadd --gid 10001 wardbell \
  && useradd --uid 10001 --gid wardbell --no-create-home --home-dir /app --shell /usr/sbin/nologin wardbell \
  && install --directory --owner=wardbell --group=wardbell \
    /secrets/owner /secrets/server /secrets/postgres /secrets/redis \
    /secrets/prometheus /secrets/grafana /secrets/tls /archive
WORKDIR /app
COPY --from=dependencies /app ./
COPY prisma/migrations prisma/migrations
COPY deploy/container deploy/container
COPY --from=build /app/contract/dist contract/dist
COPY --from=build /app/server/dist server/dist
COPY --from=build /app/admin/out admin/out

ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
EXPOSE 8000
USER 10001:10001
STOPSIGNAL SIGTERM
# Without --start-interval, which engines before Docker 25 and Buildah before 1.33 refuse to build.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "deploy/container/health.mjs"]
ENTRYPOINT ["node", "deploy/container/start.mjs"]
