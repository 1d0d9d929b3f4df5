# syntax=docker/dockerfile:1

FROM node:22-bookworm-slim AS build
WORKDIR /quotabot
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src src
RUN npx tsc && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
ENV NODE_ENV=production
COPY --from=build /quotabot/package.json /quotabot/
COPY --from=build /quotabot/node_modules /quotabot/node_modules
COPY --from=build /quotabot/dist /quotabot/dist
COPY src/demo/recordings /quotabot/src/demo/recordings
COPY manifest.yml /quotabot/
# /data is the one place that is written to: `dataDir: /data`.
RUN chmod +x /quotabot/dist/main.js && ln -s /quotabot/dist/main.js /usr/local/bin/quotabot \
  && install -d -o node -g node -m 0700 /data
VOLUME /data
USER node
# Where quotabot.yml is.
WORKDIR /config
EXPOSE 8787
# Whoever gives `http` another port, or none, gives another check as well.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8787/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["quotabot"]
CMD ["start"]
