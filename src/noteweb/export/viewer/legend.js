// The legend, which is the list of filters, and words about what is shown.

function tally(some) {
  const counts = new Map();
  for (const one of some) if (one) counts.set(one, (counts.get(one) || 0) + 1);
  return counts;
}

function pick(set, value, name, mark, n) {
  const box = make("input", { type: "checkbox", "data-set": set, "data-value": value });
  box.addEventListener("change", () => {
    if (box.checked) state.off[set].delete(value);
    else state.off[set].add(value);
    applyFilters();
    keepInHash();
  });
  return make("label", { class: "pick" }, box, mark, make("span", { class: "name", dir: "auto" }, name), make("span", { class: "n" }, n.toLocaleString("en")));
}

const group = (title, ...rows) => make("div", { class: "group", role: "group", "aria-label": title }, make("h3", {}, title), ...rows);

function buildLegend() {
  const legend = byId("legend");
  const kinds = tally(nodes.kind.map((kind) => nodes.kinds[kind]));
  if (kinds.size) legend.append(group("Nodes", ...nodes.kinds.filter((kind) => kinds.has(kind)).map((kind) => pick("kind", kind, KIND_NAME[kind], swatch(kind), kinds.get(kind)))));
  if (M) legend.append(group("Relations", ...relationRows()));
  for (const [set, title] of [["verdict", "Verdicts of claims"], ["standing", "Standing of claims"]]) {
    const seen = [...tally(Object.values(nodes[set]))];
    if (seen.length) legend.append(group(title, ...seen.map(([value, n]) => pick(set, value, value.replace("-", " "), set === "verdict" ? make("span", { class: `verdict ${(VERDICTS.get(value) || NO_SIGN)[1]}` }, (VERDICTS.get(value) || NO_SIGN)[0]) : null, n))));
  }
  if (months.length > 1) legend.append(buildTime());
  if (areas.length) {
    legend.append(group("Communities", ...areas.map((area) => make("button", { class: "row", type: "button", onclick: () => showArea(area) },
      make("span", { class: "name", dir: "auto" }, shorten(area.name, 70)), make("span", { class: "n" }, area.n.toLocaleString("en")))),
      make("p", { class: "quiet" }, "The discs of the map hold all kinds of nodes, are split where they are large, and hardly change from map to map. “noteweb graph communities” groups the notes alone, anew each time; so it counts otherwise.")));
  }
  syncLegend();
}

function relationRows() {
  const rows = [];
  edges.provenances.forEach((provenance, number) => {
    const own = tally(edges.kind.filter((_, edge) => edges.provenance[edge] === number).map((kind) => edges.kinds[kind]));
    if (!own.size) return;
    const total = [...own.values()].reduce((sum, n) => sum + n, 0);
    rows.push(pick("provenance", provenance, PROVENANCE_NAME[provenance], lineSwatch(provenance), total));
    if (own.size > 1) {
      const some = [...own].sort((a, b) => b[1] - a[1]).map(([kind, n]) => pick("edge", kind, kind.replaceAll("_", " "), null, n));
      rows.push(make("details", {}, make("summary", {}, `${own.size} kinds`), ...some));
    }
  });
  return rows;
}

// On a phone filters, results and the panel take turns.
function openFilters(isOpen) {
  byId("side").classList.toggle("open", isOpen);
  byId("more").setAttribute("aria-expanded", String(isOpen));
}

function buildTime() {
  const counts = months.map(() => 0);
  monthOf.forEach((month) => { if (month >= 0) counts[month] += 1; });
  const most = Math.max(...counts);
  const step = 200 / months.length;
  const bars = make("svg", { class: "bars", viewBox: "0 0 200 34", preserveAspectRatio: "none", "aria-hidden": "true" },
    ...counts.map((n, month) => make("rect", { x: month * step, width: step * 0.82, y: 34 - 34 * n / most, height: 34 * n / most, fill: "var(--note)" })));
  const slider = (name, key) => {
    const input = make("input", { type: "range", min: 0, max: months.length - 1, id: `time-${key}`, "aria-label": name });
    input.addEventListener("input", () => {
      state[key] = Number(input.value);
      if (state.from > state.to) state[key === "from" ? "to" : "from"] = state[key];
      syncLegend();
      applyFilters();
      keepInHash();
    });
    return input;
  };
  const dates = make("div", { class: "dates" }, make("span", { id: "date-from" }), make("span", { id: "date-to" }));
  return group("Written", bars, slider("From month", "from"), slider("To month", "to"), dates);
}

function syncLegend() {
  for (const box of document.querySelectorAll("#legend [data-set]")) box.checked = !state.off[box.dataset.set].has(box.dataset.value);
  for (const key of ["from", "to"]) {
    const slider = byId(`time-${key}`);
    if (!slider) return;
    slider.value = state[key];
    slider.setAttribute("aria-valuetext", months[state[key]]);
    byId(`date-${key}`).textContent = months[state[key]];
  }
  document.querySelectorAll(".bars rect").forEach((bar, month) => bar.setAttribute("opacity", month >= state.from && month <= state.to ? 0.85 : 0.2));
}

function showArea(area) {
  if (state.depth) setDepth(0);
  show(area.x - area.radius, area.y - area.radius, area.x + area.radius, area.y + area.radius);
}

function showAll() {
  for (const [name, set] of Object.entries(state.off)) if (name !== "provenance") set.clear();
  state.off.provenance = new Set(["similarity"]);
  state.from = 0;
  state.to = months.length - 1;
  syncLegend();
  applyFilters();
  keepInHash();
}

function showStatus() {
  const parts = [];
  const nHidden = found.filter((node) => !isShown[node]).length;
  if (state.words) parts.push(found.length ? `${found.length.toLocaleString("en")} found${nHidden ? `, ${nHidden.toLocaleString("en")} of them hidden` : ""}` : `Nothing is called “${state.words}”`);
  if (nShown < N || nDrawn < M - similarityOff()) parts.push(`${nShown.toLocaleString("en")} of ${count(N, "node")}, ${nDrawn.toLocaleString("en")} of ${count(M, "relation")} shown`);
  byId("status").textContent = parts.join(" · ");
}

const similarityOff = () => (state.off.provenance.has("similarity") ? nSimilar : 0);
const nSimilar = edges.provenance.filter((one) => edges.provenances[one] === "similarity").length;

function showEmpty() {
  const box = byId("empty");
  box.hidden = nShown > 0;
  box.replaceChildren();
  if (!N) box.append("There is nothing in this graph yet.");
  else if (!nShown) box.append("Everything is filtered out.", make("button", { type: "button", onclick: showAll }, "Show everything"));
}

function describe() {
  byId("title").textContent = graph.title;
  const counts = tally(nodes.kind.map((kind) => nodes.kinds[kind]));
  const said = nodes.kinds.filter((kind) => counts.has(kind) && !["tag", "domain", "tool", "ghost"].includes(kind))
    .map((kind) => count(counts.get(kind), kind, PLURAL[kind]));
  const names = ["tag", "domain", "tool"].reduce((sum, kind) => sum + (counts.get(kind) || 0), 0);
  if (names) said.push(count(names, "name", "tags, domains and tools"));
  const verdicts = tally(Object.values(nodes.verdict));
  const judged = [["supported", "support"], ["refuted", "refute"]].filter(([verdict]) => verdicts.has(verdict)).map(([verdict, verb]) => `${verb} ${verdicts.get(verdict)}`);
  const list = (some) => (some.length > 1 ? `${some.slice(0, -1).join(", ")} and ${some.at(-1)}` : some[0] || "Nothing");
  const home = areas.length > 1 ? ` in ${areas.length} communities` : "";
  byId("counts").textContent = `${list(said)}${M ? `, joined by ${count(M, "relation")}` : ""}${home}.${judged.length ? ` Runs ${list(judged)} of the claims.` : ""}`;
}
