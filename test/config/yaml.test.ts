import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { load, problemsOf } from "./harness.ts";

const account = "{ id: a, provider: privately, acceptUnofficial: true }";

describe("a file that is not YAML", () => {
  it.each([
    ["accounts:\n\t- id: a", "quotabot.yml:2:1 indent with spaces; tabs do not count"],
    [
      "timezone: 'UTC",
      "quotabot.yml:1:15 this is not YAML; look for a missing quote, bracket, comma or colon",
    ],
    [
      "timezone: a: b",
      "quotabot.yml:1:11 two keys in one line; text that holds a colon and a space must be in quotes",
    ],
    ["timezone: @home", "quotabot.yml:1:11 text that starts with @, ` or % must be in quotes"],
    [
      "timezone: UTC\n---\ntimezone: UTC",
      "quotabot.yml:2:1 the file holds several documents; remove the line ---",
    ],
    ["? [a]\n: b", "quotabot.yml:1:3 a key must be a word"],
    ["dataDir: !secret x", "quotabot.yml:1:10 text that starts with ! must be in quotes"],
    ["dataDir: *data", "quotabot.yml:1:1 dataDir: text that starts with * must be in quotes"],
  ])("is told by its line: %j", async (content, problem) => {
    const [first] = await problemsOf(content);
    expect(first).toContain(problem);
  });

  it("is not quoted, as it may hold secrets", async () => {
    for (const broken of [
      'slack: { token: "xoxb-1", appToken: "xapp-2" ]\n',
      "slack: { token: 'xoxb-1' xapp-2 }",
      "slack:\n  token: xoxb-1\n appToken: xapp-2",
      "slack:\n  token: *xoxb-1\n  appToken: !xapp-2 x\n",
      'slack: { token: "\\xoxb-1", appToken: &xapp-2 }',
      "slack:\n  token:xoxb-1\n  appToken:xapp-2",
      "slack: { token:xoxb-1, appToken:xapp-2 }",
      "slack: xoxb-1\ndiscord: [xapp-2]",
    ]) {
      const problems = await problemsOf(broken);
      expect(problems).not.toEqual([]);
      expect(problems.join("\n")).not.toMatch(/xoxb|xapp/);
    }
  });
});

describe("YAML that is no configuration", () => {
  it.each(["- a", "[]", "text", "42", "true"])("%j must be a map", async (content) => {
    expect(await problemsOf(content)).toEqual(["quotabot.yml:1:1 must be a map of keys and values"]);
  });

  it("because a key is written twice is told with both lines, along with everything else", async () => {
    expect(
      await problemsOf("storage: {}\nhttp:\n  port: 1\n  host: a\n  port: x\nstorage: { driver: lowdb }\n"),
    ).toEqual([
      "quotabot.yml:5:3 http.port: written twice; the first is in line 3",
      "quotabot.yml:5:3 http.port: must be a number",
      "quotabot.yml:6:1 storage: written twice; the first is in line 1",
    ]);
  });

  it("because of names that every object has is refused like any other", async () => {
    const problems = await problemsOf(
      "__proto__: { dataDir: x }\nconstructor: 1\nbilling: { __proto__: paid }",
    );
    expect(problems.map((problem) => problem.split(";")[0])).toEqual([
      "quotabot.yml:1:1 __proto__: unknown key",
      "quotabot.yml:2:1 constructor: unknown key",
      "quotabot.yml:3:12 billing.__proto__: unknown key",
    ]);
  });
});

describe("YAML as people and editors write it", () => {
  it.each([
    ["a byte order mark", `\uFEFFaccounts: [${account}]`],
    ["line ends of Windows", `timezone: UTC\r\naccounts:\r\n  - ${account}\r\n`],
    ["a document start and end", `%YAML 1.2\n---\naccounts: [${account}]\n...\n`],
    ["JSON", JSON.stringify({ accounts: [{ id: "a", provider: "privately", acceptUnofficial: true }] })],
    [
      "anchors and aliases",
      `accounts:\n  - id: &name a\n    provider: privately\n    acceptUnofficial: true\n    tags: [*name]`,
    ],
  ])("may have %s", async (_, content) => {
    const { config, problems } = await load(content);
    expect(problems).toEqual([]);
    expect(config?.accounts.map(({ id }) => id)).toEqual(["a"]);
  });

  it("may share keys through <<, where a key's own value wins", async () => {
    const { config, problems } = await load(`
accounts:
  - &first { id: a, provider: privately, acceptUnofficial: true, interval: 20m, label: One }
  - { <<: *first, id: b, label: Two }
  - { id: c, <<: [{ interval: 1h }, *first] }
`);
    expect(problems).toEqual([]);
    expect(config?.accounts.map(({ id, interval, label }) => [id, interval / 60_000, label])).toEqual([
      ["a", 20, "One"],
      ["b", 20, "Two"],
      ["c", 60, "One"],
    ]);
    expect(await problemsOf("<<: text")).toEqual([
      "quotabot.yml:1:1 << takes an alias of a map, like `<<: *name`",
    ]);
  });

  it("is placed by line and column behind tabs, comments and letters of any script", async () => {
    expect(await problemsOf(`# đồng hồ 🕰\ndataDir: "đồng hồ 🕰" # 🕰\nhttp: { host: "🕰", prt: 1 }`)).toEqual([
      "quotabot.yml:3:21 http.prt: unknown key; did you mean `port`?",
    ]);
  });
});

describe("YAML made to do harm", () => {
  it("by aliases that multiply ends soon", async () => {
    const lines = Array.from(
      { length: 20 },
      (_, index) => `  - &a${index + 1} [${`*a${index}, `.repeat(10)}]`,
    );
    const problems = await problemsOf(`accounts:\n  - &a0 [x]\n${lines.join("\n")}\n`);
    expect(problems.some((problem) => problem.endsWith("the aliases up to here copy too much"))).toBe(true);
  });

  it("by an alias that contains itself ends", async () => {
    expect(await problemsOf("accounts: &all [*all]")).toContain(
      "quotabot.yml:1:17 accounts[0][0]: this alias contains itself",
    );
  });

  it.each([
    ["[", "[".repeat(50_000)],
    ["{", "{a: ".repeat(20_000)],
    ["-", "- ".repeat(50_000)],
    ["?", "? ".repeat(50_000)],
    ["- [", "- [".repeat(50_000)],
    ["indentation", Array.from({ length: 1_300 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["closed", `a: ${"[".repeat(100)}${"]".repeat(100)}`],
  ])("by endless nesting is told so: %s", async (_, content) => {
    const problems = await problemsOf(content);
    expect(problems.some((problem) => problem.endsWith("nested too deeply"))).toBe(true);
  });
});

describe("a configuration of 10,000 accounts", () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => `  - { id: a${index}, provider: openly }`);

  it("is read", async () => {
    const { config } = await load(`accounts:\n${lines.join("\n")}\n`);
    expect(config?.accounts).toHaveLength(10_000);
  });

  it("has each of its problems told", async () => {
    const problems = await problemsOf(
      `accounts:\n${lines.join("\n").replaceAll("provider: openly", "provider: opnly")}\n`,
    );
    expect(problems).toHaveLength(10_000);
    expect(problems.at(-1)).toBe(
      "quotabot.yml:10001:18 accounts[9999].provider: no provider is called `opnly`; did you mean `openly`?",
    );
  });
});

describe("any file at all", () => {
  const words = [
    ..."timezone storage driver retention accounts id provider credentials apiKey interval windows resets at".split(
      " ",
    ),
    ..."combos prices billing budgets alerts channels digest days slack token discord http keys agents".split(
      " ",
    ),
    ..."openly privately __proto__ constructor toString length << 1 a".split(" "),
  ];
  const word = fc.constantFrom(...words);
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.oneof(
        word,
        fc.string(),
        fc.constantFrom(null, true, 0, -1.5, 1e300, `\${A}`, "slack:#x", "09:00", "5m"),
      ),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(word, tie("tree"), { maxKeys: 8 }),
    ),
  }));

  it("is read, or all its problems have a place and a path", async () => {
    const settings = fc.dictionary(word, tree, { maxKeys: 12 }).map((value) => JSON.stringify(value));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(settings, fc.string({ unit: fc.constantFrom(..."a1:{}[]-*&!|>'\"#,\n\t %@`$<") })),
        async (content) => {
          const { config, problems } = await load(content, { environment: { A: "$${" } });
          if (config === undefined) expect(problems.length).toBeGreaterThan(0);
          for (const problem of problems)
            expect(problem).toMatch(/^quotabot\.yml:\d+:\d+ ([\w.[\]?<*-]+: )?\S/);
        },
      ),
      { numRuns: 60 },
    );
  });
});
