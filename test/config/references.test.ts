import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { load, problemsOf } from "./harness.ts";

/** What a Discord token written like this becomes. */
async function tokenOf(written: string, environment: Record<string, string> = {}, files = {}) {
  const { config, problems } = await load(`discord:\n  token: ${written}\n`, { environment, files });
  expect(problems).toEqual([]);
  return config?.discord?.token;
}

/** What is said about a Discord token written like this. */
async function saidOf(written: string, environment: Record<string, string> = {}, files = {}) {
  const problems = await problemsOf(`discord:\n  token: ${written}\n`, { environment, files });
  return problems.map((problem) => problem.replace("quotabot.yml:2:3 discord.token: ", ""));
}

const howTo = `not a reference; write \${NAME} for a variable, \${file:PATH} for a file, $\${ for these two characters`;

describe("a reference", () => {
  it("takes an environment variable, anywhere in a text and several times", async () => {
    expect(await tokenOf(`a-\${ONE}-\${TWO}\${ONE}`, { ONE: "1", TWO: "2" })).toBe("a-1-21");
  });

  it.each(["'", '"', ""])("works between the braces of a map, quoted by [%s]", async (quote) => {
    const { config } = await load(
      `slack: { token: ${quote}\${A}${quote}, appToken: ${quote}x\${B}${quote} }\nadmins: { slack: [\${C}] }`,
      { environment: { A: "a", B: "b, c", C: "U1" } },
    );
    expect(config?.slack).toEqual({ token: "a", appToken: "xb, c" });
    expect(config?.admins.slack).toEqual(["U1"]);
  });

  it("takes the trimmed text of a file: beside the configuration, from the home folder, or absolute", async () => {
    const files = { "secrets/token": "\uFEFF\n in a file \r\n", "home/token, two": "at home" };
    expect(await tokenOf(`\${file:secrets/token}`, {}, files)).toBe("in a file");
    expect(await tokenOf(`\${file:~/token, two}`, {}, files)).toBe("at home");
    const { folder } = await load("{}", { files });
    expect(await tokenOf(`\${file:${join(folder, "secrets/token")}}`)).toBe("in a file");
  });

  it("is replaced inside what a variable or a file holds, too", async () => {
    const files = { token: `file-\${INNER}` };
    expect(await tokenOf(`\${OUTER}`, { OUTER: `<\${file:token}>`, INNER: "inner" }, files)).toBe(
      "<file-inner>",
    );
  });

  it(`is written literally with another $ before it`, async () => {
    expect(await tokenOf(`$\${NAME}`)).toBe(`\${NAME}`);
    expect(await tokenOf(`"$\${open $5 $ $$"`)).toBe(`\${open $5 $ $$`);
    expect(await tokenOf(`\${A}`, { A: `$\${A}` })).toBe(`\${A}`);
  });

  it("may stand for a number, a yes or no, a duration", async () => {
    const { config } = await load(
      `http: { port: \${PORT} }
retention: { records: \${DAYS}d }
accounts: [{ id: a, provider: privately, acceptUnofficial: \${YES} }]`,
      { environment: { PORT: "0", DAYS: "7", YES: "true" } },
    );
    expect(config?.http?.port).toBe(0);
    expect(config?.retention.records).toBe(7 * 86_400_000);
    expect(config?.accounts).toHaveLength(1);
  });

  it("in a key is left alone", async () => {
    const problems = await problemsOf(`\${KEY}: 1`, { environment: { KEY: "timezone" } });
    expect(problems).toEqual([
      "quotabot.yml:1:1 [?]: unknown key, not shown as it may hold a secret; is a space missing after a colon?",
    ]);
  });

  it("brings nothing else into the text than what it stands for", async () => {
    const value = fc
      .string({ minLength: 1, unit: "binary" })
      .filter((text) => text.trim() === text && text !== "");
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        const environment = { A: text.replaceAll("${", "$${") };
        expect(await tokenOf(`\${A}`, environment)).toBe(text);
      }),
      { numRuns: 15 },
    );
  });
});

describe("a reference that leads nowhere", () => {
  it.each([
    [`\${UNSET}`, "the environment variable UNSET is not set"],
    [`\${EMPTY}`, "the environment variable EMPTY is not set"],
    [`\${constructor}`, "the environment variable constructor is not set"],
    [`\${file:none}`, `\${file:none}: no such file`],
    [`\${file:.}`, `\${file:.}: this is a folder, not a file`],
    [`\${file:blank}`, `\${file:blank}: this file is empty`],
    [`\${file:binary}`, `\${file:binary}: this file is not text in UTF-8`],
    [`\${}`, howTo],
    [`\${open`, howTo],
    [`\${NAME:-default}`, howTo],
    [`\${a b}`, howTo],
    [`\${BAD}`, `inside \${BAD}: ${howTo}`],
  ])("is named: %s", async (written, problem) => {
    const files = { blank: " \n", binary: new Uint8Array([0xff, 0xfe]) };
    expect(await saidOf(written, { EMPTY: "", BAD: "se${cret" }, files)).toEqual([problem]);
  });

  it("is the only thing said about its place", async () => {
    const content = `
timezone: \${A}
accounts: [{ id: \${B}, provider: \${C}, interval: \${D}, baseUrl: \${E}, credentials: { apiKey: \${F} } }]
http: { port: \${G} }
alerts: [{ channels: [\${H}] }]`;
    const problems = await problemsOf(content);
    expect(problems.map((problem) => problem.replace(/^.*variable /, ""))).toEqual(
      [..."ABCDEFGH"].map((name) => `${name} is not set`),
    );
  });
});

describe("references that go in a circle", () => {
  it("are one problem that names the way round", async () => {
    const environment = { A: `\${B}`, B: `x\${C}`, C: `\${A}` };
    const content = `slack: { token: \${C}, appToken: \${A} }\ndiscord: { token: \${B} }`;
    expect(await problemsOf(content, { environment })).toEqual([
      "quotabot.yml:1:10 slack.token: references go in a circle: A -> B -> C -> A",
    ]);
  });

  it("are found when a variable or a file holds itself, and when a longer way leads into them", async () => {
    expect(await saidOf(`\${A}`, { A: `\${A}` })).toEqual(["references go in a circle: A -> A"]);
    expect(await saidOf(`\${file:a}`, {}, { a: `\${file:b}`, b: `\${file:a}` })).toEqual([
      "references go in a circle: file:a -> file:b -> file:a",
    ]);
    expect(await saidOf(`\${X}`, { X: `\${A}`, A: `\${file:a}` }, { a: `\${A}` })).toEqual([
      "references go in a circle: A -> file:a -> A",
    ]);
  });

  it("and those that only grow or go on and on, end", async () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`A${index}`, `\${A${index + 1}}\${A${index + 1}}`]),
    );
    expect(await saidOf(`\${A0}`, { ...doubling, A30: "xx" })).toEqual([
      "the references in here grow beyond 1 MiB",
    ]);
    const chain = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`A${index}`, `\${A${index + 1}}`]),
    );
    expect(await saidOf(`\${A0}`, chain)).toEqual([`\${A0} leads through too many references`]);
  });
});

describe("the .env beside the configuration", () => {
  const content = `discord: { token: "\${ONE} \${TWO}" }`;

  it("is read, and what the process has set wins", async () => {
    const files = { ".env": "\uFEFF# ours\r\nONE='from file'\r\nexport TWO=2 # two\r\n" };
    expect((await load(content, { files })).config?.discord?.token).toBe("from file 2");
    const { config } = await load(content, { files, environment: { ONE: "from outside" } });
    expect(config?.discord?.token).toBe("from outside 2");
    expect(config?.environment).toEqual({ ONE: "from outside", TWO: "2" });
  });

  it("is a problem when it cannot be read", async () => {
    expect(await problemsOf("{}", { files: { ".env/x": "" } })).toEqual([
      ".env: this is a folder, not a file",
    ]);
  });
});
