// The way between two nodes.

function startWay(node) {
  leaveLocal();
  state.way = { start: node, end: -1, steps: null };
  showWay();
  findFocus();
  const input = byId("search");
  input.value = "";
  search("");
  if (!isPhone()) input.focus();
}

// The cheapest way over what is shown: a written link is nearer than a shared tag, and a tag that
// many share sets them apart. The costs are those of `noteweb path`.
function findWay(start, end) {
  leaveLocal();
  for (const node of [start, end]) reveal(node);
  const cost = new Float64Array(N).fill(Infinity);
  const came = new Int32Array(N).fill(-1);
  const rows = [[start]]; // nodes by cost in quarters
  cost[start] = 0;
  for (let row = 0; row < rows.length; row += 1) {
    for (const node of rows[row] || []) {
      if (Math.round(cost[node] * 4) !== row) continue;
      if (node === end) { row = rows.length; break; }
      for (const edge of edgesOf(node)) {
        const other = otherEnd(edge, node);
        if (!isDrawn[edge]) continue;
        const reached = cost[node] + Math.max(0.25, Math.round(4 * stepCost(edge)) / 4);
        if (reached < cost[other]) {
          cost[other] = reached;
          came[other] = edge;
          (rows[Math.round(reached * 4)] ||= []).push(other);
        }
      }
    }
  }
  const steps = [];
  for (let node = end; node !== start && came[node] >= 0; node = otherEnd(came[node], node)) {
    const from = otherEnd(came[node], node);
    steps.unshift({ from, to: node, edge: came[node] });
  }
  state.way = { start, end, steps: cost[end] < Infinity ? steps : [] };
  state.chosen = start;
  showWay();
  findFocus();
  fit([start, end, ...steps.map((step) => step.from)]);
  keepInHash();
}

function leaveLocal() {
  if (!state.depth) return;
  state.depth = 0;
  applyFilters();
}

function stepCost(edge) {
  const kind = edgeKind(edge);
  const shared = edges.end[edge];
  const crowd = ["tag", "tool", "domain", "ghost"].includes(kindOf(shared)) ? costs.crowd * Math.log2(Math.max(1, first[shared + 1] - first[shared])) : 0;
  if (provenanceOf(edge) === "similarity") return costs.similar + 4 * (1 - edges.weight[edge]);
  if (["tagged", "docks_to", "speaks_to"].includes(kind)) return costs.shared + crowd;
  if (kind === "part_of") return costs.part + crowd;
  if (provenanceOf(edge) === "inferred") return costs.feedback + 1 - edges.weight[edge] + crowd;
  return costs.link + crowd;
}

function showWay() {
  const { start, end, steps } = state.way;
  const back = make("div", { class: "acts" },
    make("button", { type: "button", onclick: () => leaveWay(start) }, "Back"),
    end >= 0 ? make("button", { type: "button", onclick: () => findWay(end, start) }, "Other way round") : null);
  if (end < 0) {
    openPanel(make("div", { class: "kind" }, "Path"), make("h2", { dir: "auto" }, `From ${nodes.label[start]}`),
      make("p", { class: "lead" }, "Where to? Choose a node on the map or in the search results."), back);
    return;
  }
  const list = [nodeButton(start, { act: leaveWay })];
  for (const step of steps) list.push(make("p", { class: "step" }, phrase(step.edge, step.from)), nodeButton(step.to, { act: leaveWay }));
  openPanel(make("div", { class: "kind" }, "Path"),
    make("h2", {}, steps.length ? count(steps.length, "step") : "No way"),
    steps.length ? make("p", { class: "lead quiet" }, "The cheapest way over the relations that are shown.") : make("p", { class: "lead" }, "Nothing that is shown joins these two. Perhaps a filter hides what does."),
    back, make("section", { class: "part" }, ...(steps.length ? list : [nodeButton(start, { act: leaveWay }), nodeButton(end, { act: leaveWay })])));
}

function leaveWay(node) {
  state.way = null;
  choose(node);
}
