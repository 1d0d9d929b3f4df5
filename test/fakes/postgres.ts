import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

/** A server of its own process, for several connections. */
export interface PostgresServer {
  /** The address of a database with nothing in it; who comes by it has a name that nobody else has. */
  empty(): Promise<{ url: string; name: string }>;
  /** Runs statements as the owner of everything. */
  run(text: string): Promise<void>;
  /** Ends the server, as one told to or as one that crashed, and starts it again. Absent on a server that is not ours. */
  stop?(how: "told" | "crashed"): Promise<void>;
  start?(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The server at TEST_POSTGRES_URL, else one started here for a while where Postgres is installed, else undefined. What
 * was made for the tests is removed on close, and also when this process is killed.
 */
export async function findPostgres(): Promise<PostgresServer | undefined> {
  const given = process.env.TEST_POSTGRES_URL;
  if (given) return serverAt(given);
  const programs = findPrograms();
  return programs === undefined ? undefined : await startPostgres(programs);
}

function findPrograms(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    ...versions.map((version) => join(debian, version, "bin")),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

function serverAt(url: string): PostgresServer {
  const schemas: string[] = [];
  async function run(text: string): Promise<void> {
    const client = new Client(url);
    await client.connect();
    await client.query(text).finally(() => client.end());
  }
  return {
    run,
    async empty() {
      const name = `quotabot_test_${process.pid}_${schemas.length}`;
      schemas.push(name);
      await run(`create schema ${name}`);
      const own = new URL(url);
      own.searchParams.set("options", `-c search_path=${name}`);
      own.searchParams.set("application_name", name);
      return { url: own.href, name };
    },
    async close() {
      for (const schema of schemas) await run(`drop schema ${schema} cascade`);
    },
  };
}

/**
 * Makes a cluster in a folder and does with it what its input says. The end of the input, which comes whatever ends the
 * process that wrote it, ends and removes it all.
 */
const keeper = `
  programs=$1 folder=$2 server=
  end() { [ -z "$server" ] || { kill -s "$1" "$server"; wait "$server"; }; server=; }
  "$programs/initdb" -D "$folder/data" -U quotabot -A trust -E UTF8 --locale=C -N > "$folder/log" 2>&1
  echo "local all locked scram-sha-256" > "$folder/rules"
  cat "$folder/data/pg_hba.conf" >> "$folder/rules"
  mv "$folder/rules" "$folder/data/pg_hba.conf"
  while read -r word; do
    case $word in
      start) "$programs/postgres" -D "$folder/data" -k "$folder" -h "" -F >> "$folder/log" 2>&1 & server=$! ;;
      told) end INT ;;
      crashed) end QUIT ;;
    esac
    echo "$word"
  done
  end QUIT
  rm -rf "$folder"
`;

async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), "quotabot-pg-"));
  const user = await unprivilegedUser();
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const child = spawn("sh", ["-c", keeper, "keeper", programs, folder], {
    ...user,
    cwd: folder,
    // Not to be ended by the Ctrl-C that ends the tests: it has to clean up.
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const tell = async (word: string): Promise<void> => {
    child.stdin.write(`${word}\n`);
    await lines.next();
  };
  const server = serverAt(`postgres://quotabot@localhost/postgres?host=${encodeURIComponent(folder)}`);
  const start = async (): Promise<void> => {
    await tell("start");
    for (let tries = 0; ; tries += 1) {
      try {
        return await server.run("select 1");
      } catch (error) {
        if (tries > 200) throw error;
        await sleep(50);
      }
    }
  };
  await start();
  return {
    ...server,
    start,
    stop: tell,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Postgres does not run as root: then as its own user, or as nobody. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const [, , uid, gid] =
    users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
