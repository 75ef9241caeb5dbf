// Reads an exported graph from standard input with a program that is not noteweb's own, and writes
// what that program understood as JSON: node read.mjs mermaid|cytoscape|cypher|cypher-check < FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const text = readFileSync(0, "utf8");

const readers = {
  async mermaid() {
    const { JSDOM } = await import("jsdom");
    const { window } = new JSDOM("");
    globalThis.window = window;
    globalThis.document = window.document;
    const { default: mermaid } = await import("mermaid");
    mermaid.initialize({ maxTextSize: 1e9, maxEdges: 1e6 });
    await mermaid.parse(text);
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    // Mermaid keeps entities aside while it parses, and puts them back as HTML when it draws.
    const show = (raw) => {
      const box = window.document.createElement("textarea");
      box.innerHTML = raw.replace(/ﬂ°°/g, "&#").replace(/ﬂ°/g, "&").replace(/¶ß/g, ";");
      return box.value;
    };
    const nodes = [...diagram.db.getVertices().values()];
    return {
      nodes: nodes.map((node) => ({ id: node.id, label: show(node.text), kind: node.classes[0] })),
      edges: diagram.db.getEdges().map((edge) => ({
        start: edge.start,
        end: edge.end,
        kind: show(edge.text),
        line: edge.stroke,
        arrow: edge.type,
      })),
    };
  },

  async cytoscape() {
    const { default: cytoscape } = await import("cytoscape");
    const graph = cytoscape({ headless: true, elements: JSON.parse(text).elements });
    return {
      nodes: graph.nodes().map((node) => node.data()),
      edges: graph.edges().map((edge) => edge.data()),
    };
  },

  // Neo4j's own lexer: what stands in strings and names.
  async cypher() {
    // Its places go wrong behind characters of two halves, so others stand in for them.
    const aside = [...new Set(text.match(/[\u{10000}-\u{10ffff}]/gu))];
    const stand = (mark) => String.fromCharCode(0xe000 + aside.indexOf(mark));
    const rows = collectRows(neo4j().highlightSyntax(text.replace(/[\u{10000}-\u{10ffff}]/gu, stand)));
    const back = (mark) => aside[mark.charCodeAt(0) - 0xe000] ?? mark;
    return JSON.parse(JSON.stringify(rows).replace(/[\ue000-\uf8ff]/g, back));
  },

  // Neo4j's own grammar and semantic analysis; half a minute for a megabyte.
  async "cypher-check"() {
    return neo4j()
      .lintCypherQuery(text, {})
      .diagnostics.map((each) => each.message);
  },
};

function neo4j() {
  return createRequire(import.meta.url)("@neo4j-cypher/language-support");
}

// What stands in the maps of UNWIND: a row begins at `id` or `start` without backticks.
function collectRows(tokens) {
  const rows = [];
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at].tokenType !== "property" || tokens[at + 1]?.token !== ":") continue;
    const name = tokens[at].token;
    const value = [];
    for (let next = at + 2; literals.has(tokens[next].tokenType); next += 2) {
      value.push(evaluate(tokens[next]));
      if (tokens[next + 1].token !== "+") break;
    }
    if (name === "id" || name === "start") rows.push({});
    if (value.length && rows.length) {
      rows.at(-1)[unquoteName(name)] = value.reduce((one, other) => one + other);
    }
  }
  return rows;
}

function unquoteName(name) {
  return name.startsWith("`") ? "own." + name.slice(1, -1).replaceAll("``", "`") : name;
}

const literals = new Set(["stringLiteral", "numberLiteral", "booleanLiteral"]);
const escapes = { n: "\n", r: "\r", t: "\t" };

function evaluate({ tokenType, token }) {
  if (tokenType !== "stringLiteral") return JSON.parse(token);
  return token.slice(1, -1).replace(/\\(.)/gs, (_, mark) => escapes[mark] ?? mark);
}

const [name] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await readers[name]()));
