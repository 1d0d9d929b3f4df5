import { codeOf, curlOf, escaped } from "./docs-parts.ts";
import { shapeOf } from "./docs-shapes.ts";
import { docsStyle } from "./docs-style.ts";
import type {
  OpenapiDocument,
  OpenapiMedia,
  OpenapiMethod,
  OpenapiOperation,
  OpenapiParameter,
  OpenapiResponse,
} from "./openapi.ts";
import type { JsonSchema } from "./openapi-schemas.ts";

interface Listed {
  path: string;
  method: OpenapiMethod;
  operation: OpenapiOperation;
}

/** The document as a page to read: HTML with its own style, without a script, and with nothing from elsewhere. */
export function docsPage(document: OpenapiDocument): string {
  const all = Object.entries(document.paths).flatMap(([path, { description: _, ...methods }]) =>
    Object.entries(methods).map(
      ([method, operation]): Listed => ({ path, method: method as OpenapiMethod, operation }),
    ),
  );
  const groups = document.tags.map(({ name }) => ({
    name,
    routes: all.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const { title, version, description } = document.info;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}: HTTP</title>
<style>${docsStyle}</style>
</head>
<body>
<header><h1>${escaped(title)} <small>${escaped(version)}</small></h1>
${prose(description)}
<p>For programs: <a href="openapi.json">openapi.json</a>. To try the lines below:</p>
<pre><code>export QUOTABOT_URL=http://127.0.0.1:8787 QUOTABOT_KEY=a-key-of-http.keys</code></pre>
</header>
<nav aria-label="Routes">${groups.map(contents).join("\n")}</nav>
<main>
${groups.map(({ name, routes }) => `<section><h2>${escaped(name)}</h2>\n${routes.map((one) => section(one, document)).join("\n")}\n</section>`).join("\n")}
<section><h2>Shapes</h2>
${Object.entries(document.components.schemas)
  .map(
    ([name, schema]) => `<article id="${escaped(name)}"><h3>${escaped(name)}</h3>${shape(schema)}</article>`,
  )
  .join("\n")}
</section>
</main>
</body>
</html>
`;
}

function contents({ name, routes }: { name: string; routes: readonly Listed[] }): string {
  const lines = routes.map(
    ({ path, method, operation }) =>
      `<li><a href="#${operation.operationId}"><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code></a> <span>${escaped(operation.summary)}</span></li>`,
  );
  return `<h2>${escaped(name)}</h2><ul>${lines.join("")}</ul>`;
}

function section({ path, method, operation }: Listed, document: OpenapiDocument): string {
  const { operationId, summary, description, security, parameters, requestBody } = operation;
  const scope = security[0]?.bearer?.[0];
  const answers = Object.entries(operation.responses).map(([status, response]) =>
    answer(status, "$ref" in response ? named(response.$ref, document) : response),
  );
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, media]) => body(type, media));
  return `<article id="${operationId}">
<h3><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code> <span class="scope">${scope === undefined ? "no key" : escaped(scope)}</span></h3>
<p>${escaped(summary)}.</p>${description === undefined ? "" : prose(description)}
${parameters.length === 0 ? "" : parameterTable(parameters)}
${requestBody === undefined ? "" : `<h4>Body</h4>${prose(requestBody.description)}${bodies.join("")}`}
<h4>Answers</h4><dl>${answers.join("")}</dl>
<h4>Try it</h4>${codeOf(curlOf(path, method, operation))}
</article>`;
}

function parameterTable(parameters: readonly OpenapiParameter[]): string {
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place === "path" ? "in the path" : required ? "required" : "optional"}</td><td><code>${escaped(shapeOf(schema))}</code></td><td>${inline(description)}</td></tr>`,
  );
  return `<h4>Parameters</h4><div class="wide"><table>${rows.join("")}</table></div>`;
}

function body(type: string, { schema, example }: OpenapiMedia): string {
  const shown = schema === undefined ? "" : shape(schema);
  return `<p><code>${escaped(type)}</code></p>${shown}${example === undefined ? "" : codeOf(example)}`;
}

function answer(status: string, { description, content, headers }: OpenapiResponse): string {
  const told = Object.entries(headers ?? {}).map(
    ([name, header]) => `<p><code>${escaped(name)}</code>: ${inline(header.description)}.</p>`,
  );
  // Failures look all alike; one example of each stands in the list of responses of the document.
  const media =
    Number(status) >= 400 ? [] : Object.entries(content ?? {}).map(([type, one]) => body(type, one));
  return `<dt>${status}</dt><dd><p>${inline(description)}</p>${told.join("")}${media.join("")}</dd>`;
}

function named(reference: string, document: OpenapiDocument): OpenapiResponse {
  return document.components.responses[reference.split("/").at(-1) ?? ""] ?? { description: "" };
}

function prose(text: string): string {
  return text
    .split("\n\n")
    .map((paragraph) => `<p>${inline(paragraph)}</p>`)
    .join("\n");
}

/** Text with `code` in it. */
function inline(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** A shape in which the names of others lead to them. */
function shape(schema: JsonSchema): string {
  const names = [...JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  );
  const text = escaped(shapeOf(schema));
  if (names.length === 0) return `<pre><code>${text}</code></pre>`;
  // A name stands behind the colon of its field, or alone; what is said of a field comes last on its line.
  const linked = text.replace(
    new RegExp(`^([^/]*?)\\b(${names.join("|")})\\b`, "gm"),
    '$1<a href="#$2">$2</a>',
  );
  return `<pre><code>${linked}</code></pre>`;
}
