// What is shown: filters, the local view, and what stands out.

const state = {
  off: { kind: new Set(), edge: new Set(), provenance: new Set(["similarity"]), verdict: new Set(), standing: new Set() },
  from: 0, to: months.length - 1, // of months
  chosen: -1, // node
  way: null, // {start, end, steps} between two nodes; end -1 while it is being chosen
  depth: 0, // of the local view; 0 is the whole map
  words: "",
  theme: "", // "" follows the system
};
const X = Float64Array.from(nodes.x);
const Y = Float64Array.from(nodes.y);
const isLet = new Uint8Array(N); // nodes, by the filters
const isShown = new Uint8Array(N); // of these, by the local view
const isDrawn = new Uint8Array(M); // edges
let nShown = 0;
let nDrawn = 0;
let found = []; // by search, best first
let focus = null; // {nodes: Set, edges: [...]} stands out from the rest

const isChoosy = () => state.from > 0 || state.to < months.length - 1 || state.off.verdict.size + state.off.standing.size > 0;

function filterNodes() {
  for (let node = 0; node < N; node += 1) {
    const month = monthOf[node];
    isShown[node] = !state.off.kind.has(kindOf(node))
      && !state.off.verdict.has(nodes.verdict[node]) && !state.off.standing.has(nodes.standing[node])
      && (month < 0 || (month >= state.from && month <= state.to));
  }
  if (isChoosy()) hideLeft();
  isLet.set(isShown);
  if (state.depth && state.chosen >= 0) keepNear();
}

// Names go with the notes: what only hidden notes and claims name is hidden too.
function hideLeft() {
  const isOwn = (node) => isNote(node) || kindOf(node) === "claim";
  for (let node = 0; node < N; node += 1) {
    if (!isShown[node] || isOwn(node)) continue;
    const owners = Array.from(edgesOf(node), (edge) => otherEnd(edge, node)).filter(isOwn);
    if (owners.length && !owners.some((owner) => isShown[owner])) isShown[node] = 0;
  }
}

const isOpen = (edge) => !state.off.edge.has(edgeKind(edge)) && !state.off.provenance.has(provenanceOf(edge))
  && isShown[edges.start[edge]] && isShown[edges.end[edge]];

const RING_STEP = 6; // between two rows of a ring
const RING_ROOM = 36; // for a node

// The local view: the chosen node in the middle, one ring for each step, each node near its parent.
function keepNear() {
  const rings = [[state.chosen]];
  const parent = new Map([[state.chosen, -1]]);
  const children = new Map();
  isShown[state.chosen] = 1;
  for (let depth = 0; depth < state.depth; depth += 1) {
    const next = [];
    for (const node of rings[depth]) {
      const near = [];
      for (const edge of edgesOf(node)) {
        const other = otherEnd(edge, node);
        if (isOpen(edge) && !parent.has(other)) { parent.set(other, node); near.push(other); }
      }
      near.sort((a, b) => nodes.kind[a] - nodes.kind[b] || importance(b) - importance(a));
      children.set(node, near);
      next.push(...near);
    }
    rings.push(next);
  }
  for (let node = 0; node < N; node += 1) if (!parent.has(node)) isShown[node] = 0;
  placeRings(rings, children);
}

// Each ring takes as many rows as its nodes need; each node stands in its parent's part of it.
function placeRings(rings, children) {
  const weight = new Map();
  for (const ring of [...rings].reverse()) {
    for (const node of ring) weight.set(node, (children.get(node) || []).reduce((sum, child) => sum + weight.get(child), 1));
  }
  const part = new Map([[state.chosen, [0, 2 * Math.PI]]]);
  let radius = 0;
  for (const ring of rings) {
    const nRows = Math.max(1, Math.ceil((Math.sqrt(radius * radius + ring.length * RING_ROOM / 3) - radius) / RING_STEP));
    ring.forEach((node, number) => {
      const [from, to] = part.get(node);
      const r = ring.length > 1 ? radius + (number % nRows) * RING_STEP : 0;
      X[node] = r * Math.sin((from + to) / 2);
      Y[node] = -r * Math.cos((from + to) / 2);
      let at = from;
      const near = children.get(node) || [];
      const total = near.reduce((sum, child) => sum + weight.get(child), 0);
      for (const child of near) {
        const wide = (to - from) * weight.get(child) / total;
        part.set(child, [at, at + wide]);
        at += wide;
      }
    });
    radius += ring.length > 1 ? nRows * RING_STEP + 12 : 18;
  }
}

function applyFilters() {
  X.set(nodes.x);
  Y.set(nodes.y);
  filterNodes();
  nShown = isShown.reduce((sum, one) => sum + one, 0);
  nDrawn = 0;
  for (let edge = 0; edge < M; edge += 1) nDrawn += isDrawn[edge] = isOpen(edge) ? 1 : 0;
  stale.back = true;
  findFocus();
  if (state.words) showResults();
  showStatus();
  showEmpty();
}

function findFocus() {
  focus = null;
  if (state.way && state.way.steps) {
    const on = new Set([state.way.start, state.way.end]);
    for (const step of state.way.steps) on.add(step.from).add(step.to);
    focus = { nodes: on, edges: state.way.steps.map((step) => step.edge) };
  } else if (state.chosen >= 0 && isShown[state.chosen] && !state.depth) {
    const own = Array.from(edgesOf(state.chosen)).filter((edge) => isDrawn[edge]);
    focus = { nodes: new Set([state.chosen, ...own.map((edge) => otherEnd(edge, state.chosen))]), edges: own };
  } else if (state.words && !state.depth) {
    focus = { nodes: new Set(found), edges: [] };
  }
  stale.front = true;
  redraw();
}
