"use strict";
// What the page holds: nodes, edges and areas (communities) go by their numbers in columns.

const byId = (id) => document.getElementById(id);
const graph = JSON.parse(byId("graph").textContent);
const { nodes, edges, areas, phrases, costs } = graph;
const N = nodes.key.length;
const M = edges.start.length;
const kindOf = (node) => nodes.kinds[nodes.kind[node]];
const edgeKind = (edge) => edges.kinds[edges.kind[edge]];
const provenanceOf = (edge) => edges.provenances[edges.provenance[edge]];
const isNote = (node) => kindOf(node) === "note";
const numberOf = new Map(nodes.key.map((key, node) => [key, node]));
const otherEnd = (edge, node) => (edges.start[edge] === node ? edges.end[edge] : edges.start[edge]);

// The edges of node i are touching[first[i]] to touching[first[i + 1] - 1].
const first = new Int32Array(N + 1);
const touching = new Int32Array(2 * M);
for (const column of [edges.start, edges.end]) for (const node of column) first[node + 1] += 1;
for (let node = 0; node < N; node += 1) first[node + 1] += first[node];
const filled = first.slice();
for (let edge = 0; edge < M; edge += 1) {
  touching[filled[edges.start[edge]]++] = edge;
  touching[filled[edges.end[edge]]++] = edge;
}
const edgesOf = (node) => touching.subarray(first[node], first[node + 1]);

const importance = (node) => nodes.radius[node] + (isNote(node) ? 0.5 : 0);
const byImportance = Array.from({ length: N }, (_, node) => node).sort((a, b) => importance(b) - importance(a) || a - b);
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const foldedLabels = nodes.label.map(fold);
const foldedNames = nodes.label.map((label, node) => fold(`${label} · ${nodes.also[node] || ""}`));
const months = [...new Set(Object.values(nodes.month))].sort();
const monthOf = Int32Array.from({ length: N }, (_, node) => months.indexOf(nodes.month[node]));

let lines; // of details, one for each node; cut only when somebody asks
function detailsOf(node) {
  lines ??= byId("details").textContent.split("\n");
  return JSON.parse(lines[node] || "{}");
}

// Words of notes are looked up in maps only: an object also knows words such as "constructor".
const PHRASES = new Map(Object.entries(phrases));
const VERDICTS = new Map(Object.entries({
  supported: ["✓", "yes"], partly: ["◐", ""], refuted: ["✗", "no"], inconclusive: ["?", ""],
  contested: ["⇄", "no"], stale: ["↻", ""], invalid: ["!", ""], error: ["!", ""], blocked: ["⌷", ""],
  "not-run": ["○", ""], "not-testable": ["–", ""],
}));
const NO_SIGN = ["", ""];
const PLURAL = { note: "notes", ghost: "unwritten", tag: "tags", domain: "domains", tool: "tools", claim: "claims", experiment: "experiments" };
const KIND_NAME = { ...PLURAL, ghost: "unwritten notes" };
const PROVENANCE_NAME = { explicit: "Written as links and tags", inferred: "Read out of prose", similarity: "Alike in meaning", measured: "Measured" };
