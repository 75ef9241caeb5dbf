// The panel of a chosen node.

function choose(node) {
  if (state.way && state.way.end < 0 && state.way.start !== node) {
    findWay(state.way.start, node);
    return;
  }
  state.way = null;
  reveal(node);
  state.chosen = node;
  showPanel();
  if (state.depth) {
    applyFilters();
    fitAll();
  } else {
    findFocus();
    isHasty = true;
    bringIntoView(node);
  }
  keepInHash();
}

// What hides a node gives way: the local view, its kind, verdict, standing and month, and at last all.
function reveal(node) {
  if (isShown[node]) return;
  state.depth = 0;
  state.off.kind.delete(kindOf(node));
  state.off.verdict.delete(nodes.verdict[node]);
  state.off.standing.delete(nodes.standing[node]);
  if (monthOf[node] >= 0) {
    state.from = Math.min(state.from, monthOf[node]);
    state.to = Math.max(state.to, monthOf[node]);
  }
  applyFilters();
  if (isShown[node]) syncLegend();
  else showAll(); // its notes are hidden
}

function leave() {
  const wasLocal = state.depth > 0;
  state.way = null;
  state.chosen = -1;
  state.depth = 0;
  byId("panel").hidden = true;
  if (wasLocal) { applyFilters(); fitAll(); } else findFocus();
  keepInHash();
}

function setDepth(depth) {
  state.depth = depth;
  applyFilters();
  fitAll();
  showPanel();
  keepInHash();
}

const part = (title, ...children) => make("section", { class: "part" }, make("h3", {}, title), ...children);

function openPanel(...children) {
  const panel = byId("panel");
  const hadFocus = panel.contains(document.activeElement);
  panel.replaceChildren(make("button", { class: "close", type: "button", "aria-label": "Close", title: "Close (Esc)", onclick: leave }, "×"), ...children.filter(Boolean));
  panel.classList.toggle("asks", Boolean(state.way && state.way.end < 0));
  panel.hidden = false;
  openFilters(false);
  panel.scrollTop = 0;
  if (hadFocus) panel.querySelector("button").focus();
}

function showPanel() {
  if (state.way) { showWay(); return; }
  if (state.chosen < 0) return;
  const node = state.chosen;
  const about = detailsOf(node);
  const kind = kindOf(node);
  const singular = { ghost: "wanted, not written yet" }[kind] || kind;
  openPanel(
    make("div", { class: "kind" }, swatch(kind), singular, nodes.verdict[node] ? verdictMark(nodes.verdict[node]) : null),
    make("h2", { dir: "auto" }, nodes.label[node]),
    about.path ? make("p", { class: "path", dir: "auto" }, about.path + (about.line ? `, line ${about.line}` : "")) : null,
    about.description ? make("p", { class: "lead", dir: "auto" }, about.description) : null,
    actions(node),
    kind === "claim" ? claimPart(about, nodes.standing[node]) : null,
    kind === "note" ? notesClaims(node) : null,
    factsPart(about),
    fieldsPart(about.fields),
    ...neighbourParts(node),
  );
}

function actions(node) {
  const slider = make("input", { type: "range", min: 1, max: 4, id: "depth", "aria-label": "Steps around it" });
  slider.value = state.depth || 1;
  slider.addEventListener("change", () => { setDepth(Number(slider.value)); byId("depth").focus(); });
  const isLocal = state.depth > 0;
  return make("div", { class: "acts" },
    make("button", { type: "button", id: "local", "aria-pressed": String(isLocal), onclick: () => { setDepth(isLocal ? 0 : 1); byId("local").focus(); } }, "Local view"),
    isLocal ? make("label", {}, slider, count(state.depth, "step")) : null,
    make("button", { type: "button", id: "way", onclick: () => startWay(node) }, "Path to …"));
}

function factsPart(about) {
  const scores = ["novelty", "value", "feasibility"].filter((name) => about[name] !== undefined).map((name) => `${name} ${about[name]}`).join(" · ");
  const own = new Set(["path", "line", "description", "fields", "tags", "novelty", "value", "feasibility", "id", "claim_kind", "experiments", "verdict", "previous", "reasons", "n_seeds", "results", "guards", "source", "quote"]);
  const facts = Object.entries(about).filter(([name]) => !own.has(name));
  if (scores) facts.push(["emergence", scores]);
  if (!facts.length) return null;
  return part("About", make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", { dir: "auto" }, name.replaceAll("_", " ")), make("dd", { dir: "auto" }, ...sayLines(value))])));
}

// A list of long texts has a line for each, anything else is one.
function sayLines(value) {
  const isLong = Array.isArray(value) && value.some((one) => say(one).length > 30);
  return isLong ? value.map((one) => make("div", { dir: "auto" }, say(one))) : [say(value)];
}

function say(value) {
  if (Array.isArray(value)) return value.map(say).join(", ");
  if (value && typeof value === "object") return Object.entries(value).map(([name, one]) => `${name}: ${say(one)}`).join("; ");
  return String(value);
}

function fieldsPart(fields) {
  if (!fields) return null;
  return part("Fields", ...Object.entries(fields).map(([name, units]) => make("details", {},
    make("summary", {}, name.replace(/(?<=[a-z])(?=[A-Z])/g, " "), " ", make("span", { class: "n" }, String(units.length))),
    make("ol", {}, ...units.map((unit) => make("li", { dir: "auto" }, unit))))));
}

function neighbourParts(node) {
  const parts = [];
  for (const provenance of edges.provenances) {
    const own = Array.from(edgesOf(node)).filter((edge) => provenanceOf(edge) === provenance && isShownOrLocal(otherEnd(edge, node)));
    if (!own.length) continue;
    const phrasesTo = new Map(); // each neighbour once, with all that joins them
    for (const edge of own) {
      const other = otherEnd(edge, node);
      phrasesTo.set(other, [...(phrasesTo.get(other) || []), phrase(edge, node)]);
    }
    const rows = [...phrasesTo].sort((a, b) => importance(b[0]) - importance(a[0])).map(([other, some]) => nodeButton(other, { hint: some.join(" · ") }));
    const most = 30;
    const extra = rows.length > most ? make("details", {}, make("summary", {}, `${rows.length - most} more`), ...rows.slice(most)) : null;
    parts.push(part(`${PROVENANCE_NAME[provenance]} · ${own.length}`, ...rows.slice(0, most), extra));
  }
  return parts.length ? parts : [part("Relations", make("p", { class: "quiet" }, "It hangs on nothing yet."))];
}

const isShownOrLocal = (node) => isShown[node] || state.depth > 0;

function phrase(edge, from) {
  const kind = edgeKind(edge);
  const [forward, backward] = PHRASES.get(kind) || [kind.replaceAll("_", " "), `stands under “${kind.replaceAll("_", " ")}” in`];
  const text = edges.start[edge] === from ? forward : backward;
  if (provenanceOf(edge) === "similarity") return `${text}, cosine ${edges.weight[edge].toFixed(2)}`;
  return edges.line[edge] ? `${text}, line ${edges.line[edge]}` : text;
}
