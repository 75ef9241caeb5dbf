"use strict";
// The viewer of an exported graph: plain JavaScript over one canvas, no library, no network.
// Nodes, edges and areas (communities) go by their numbers in the columns that the page holds.
// What comes from notes is only ever shown as text.

// ---------------------------------------------------------------- what the page holds

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

// ---------------------------------------------------------------- what is shown

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
const isShown = new Uint8Array(N);
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

function placeRings(rings, children) {
  const weight = new Map();
  for (const ring of [...rings].reverse()) {
    for (const node of ring) weight.set(node, Math.max(1, (children.get(node) || []).reduce((sum, child) => sum + weight.get(child), 0)));
  }
  const wedge = new Map([[state.chosen, [0, 2 * Math.PI]]]);
  let radius = 0;
  for (const ring of rings) {
    for (const node of ring) {
      const [from, to] = wedge.get(node);
      X[node] = radius * Math.cos((from + to) / 2 - Math.PI / 2);
      Y[node] = radius * Math.sin((from + to) / 2 - Math.PI / 2);
      let at = from;
      for (const child of children.get(node) || []) {
        const width = (to - from) * weight.get(child) / weight.get(node);
        wedge.set(child, [at, at + width]);
        at += width;
      }
    }
    const next = ring.reduce((sum, node) => sum + (children.get(node) || []).length, 0);
    radius = Math.max(radius + 16, next * 4.5 / (2 * Math.PI));
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
  showStatus();
  showEmpty();
}

function findFocus() {
  focus = null;
  if (state.way && state.way.steps) {
    const on = new Set([state.way.start, state.way.end]);
    for (const step of state.way.steps) on.add(step.from).add(step.to);
    focus = { nodes: on, edges: state.way.steps.map((step) => step.edge) };
  } else if (state.chosen >= 0 && isShown[state.chosen]) {
    const own = Array.from(edgesOf(state.chosen)).filter((edge) => isDrawn[edge]);
    focus = { nodes: new Set([state.chosen, ...own.map((edge) => otherEnd(edge, state.chosen))]), edges: own };
  } else if (state.words) {
    focus = { nodes: new Set(found), edges: [] };
  }
  stale.front = true;
  redraw();
}

// ---------------------------------------------------------------- camera

const canvas = byId("map");
const screen = canvas.getContext("2d");
const camera = { x: 0, y: 0, zoom: 1 }; // the point in the middle, and pixels for a unit
const isPhone = () => window.matchMedia("(max-width: 760px)").matches;
let width = 0;
let height = 0;
let ratio = 1;

const toScreen = (x, y) => [(x - camera.x) * camera.zoom + width / 2, (y - camera.y) * camera.zoom + height / 2];
const toMap = (x, y) => [(x - width / 2) / camera.zoom + camera.x, (y - height / 2) / camera.zoom + camera.y];
const limitZoom = (zoom) => Math.min(Math.max(zoom, 0.02), 40);

// The part of the canvas that no panel covers.
function freeArea() {
  const panel = byId("panel");
  if (panel.hidden) return { right: 0, bottom: 0 };
  const box = panel.getBoundingClientRect();
  return isPhone() ? { right: 0, bottom: box.height } : { right: box.width + 16, bottom: 0 };
}

function zoomAbout(factor, x, y) {
  const [mapX, mapY] = toMap(x, y);
  camera.zoom = limitZoom(camera.zoom * factor);
  camera.x = mapX - (x - width / 2) / camera.zoom;
  camera.y = mapY - (y - height / 2) / camera.zoom;
  moved();
}

// About what is chosen where that is in sight, else about the middle.
function zoomByKey(factor) {
  const { right, bottom } = freeArea();
  let place = [(width - right) / 2, (height - bottom) / 2];
  if (state.chosen >= 0 && isShown[state.chosen]) {
    const at = toScreen(X[state.chosen], Y[state.chosen]);
    if (at[0] > 0 && at[1] > 0 && at[0] < width && at[1] < height) place = at;
  }
  zoomAbout(factor, ...place);
}

function fit(some) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const node of some) {
    const r = nodes.radius[node] + 1;
    left = Math.min(left, X[node] - r); right = Math.max(right, X[node] + r);
    top = Math.min(top, Y[node] - r); bottom = Math.max(bottom, Y[node] + r);
  }
  if (left > right) return;
  show(left, top, right, bottom);
}

function show(left, top, right, bottom, most = 14) {
  const free = freeArea();
  const [w, h] = [Math.max(width - free.right, 50), Math.max(height - free.bottom, 50)];
  const margin = Math.min(w, h) * 0.07 + 8;
  camera.zoom = limitZoom(Math.min((w - 2 * margin) / (right - left || 1), (h - 2 * margin) / (bottom - top || 1), most));
  camera.x = (left + right) / 2 + free.right / 2 / camera.zoom;
  camera.y = (top + bottom) / 2 + free.bottom / 2 / camera.zoom;
  moved();
}

const shownNodes = () => byImportance.filter((node) => isShown[node]);
const fitAll = () => fit(shownNodes());

function bringIntoView(node) {
  const free = freeArea();
  const [x, y] = toScreen(X[node], Y[node]);
  const isIn = x > 40 && y > 40 && x < width - free.right - 40 && y < height - free.bottom - 40;
  if (isIn && camera.zoom > 2) return;
  camera.zoom = Math.max(camera.zoom, 5);
  camera.x = X[node] + free.right / 2 / camera.zoom;
  camera.y = Y[node] + free.bottom / 2 / camera.zoom;
  moved();
}

// ---------------------------------------------------------------- painting

// Two bitmaps with a margin around what is in sight: `back` holds edges, `front` nodes and titles.
// While the map moves they are moved and scaled; when it rests they are painted anew, the edges in
// slices of a few milliseconds, so that no key or click ever waits for them.
const layers = { front: null, back: null };
const stale = { front: true, back: true };
const MARGIN = 0.3;
const REST = 140; // ms without movement before the bitmaps are painted anew
const SLICE = 7; // ms
let colours = {};
let frameAsked = false;
let restTimer = 0;
let painting = null; // the back in the making
let hovered = -1;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["paper", "ink", "soft", "faint", "accent", "edge", "yes", "no", "unsure", "tint-light", "tint-chroma", ...nodes.kinds];
  colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  colours.serif = style.getPropertyValue("--serif");
  colours.sans = style.getPropertyValue("--sans");
}

const tint = (area) => `hsl(${(area * 137.5 + 35) % 360} ${colours["tint-chroma"]} ${colours["tint-light"]})`;

function redraw() {
  if (!frameAsked) {
    frameAsked = true;
    requestAnimationFrame(paint);
  }
}

function moved() {
  clearTimeout(restTimer);
  restTimer = setTimeout(rest, REST);
  redraw();
}

function rest() {
  stale.front = stale.back = true;
  redraw();
  keepInHash();
}

function newLayer(scale, isSliced = false) {
  const layer = { canvas: document.createElement("canvas"), x: camera.x, y: camera.y, zoom: camera.zoom, scale };
  layer.width = Math.ceil(width * (1 + 2 * MARGIN));
  layer.height = Math.ceil(height * (1 + 2 * MARGIN));
  layer.canvas.width = layer.width * scale;
  layer.canvas.height = layer.height * scale;
  layer.pen = layer.canvas.getContext("2d", { willReadFrequently: isSliced });
  layer.pen.scale(scale, scale);
  layer.at = (x, y) => [(x - layer.x) * layer.zoom + layer.width / 2, (y - layer.y) * layer.zoom + layer.height / 2];
  return layer;
}

function paint() {
  frameAsked = false;
  if (!width || !height) return;
  if (stale.front || !covers(layers.front)) {
    stale.front = false;
    layers.front = newLayer(ratio);
    paintNodes(layers.front);
    paintLabels(layers.front);
  }
  if (stale.back || (!painting && !covers(layers.back))) {
    stale.back = false;
    startBack();
  }
  screen.setTransform(ratio, 0, 0, ratio, 0, 0);
  screen.fillStyle = colours.paper;
  screen.fillRect(0, 0, width, height);
  if (!state.depth) paintAreas(screen, toScreen, camera.zoom);
  screen.globalAlpha = focus ? 0.25 : 1;
  drawLayer(layers.back);
  screen.globalAlpha = 1;
  if (focus) paintFocusEdges(screen, toScreen);
  drawLayer(layers.front);
  if (hovered >= 0) paintRing(screen, toScreen, hovered);
}

// Whether the layer, as moved and scaled, reaches over all that is in sight.
function covers(layer) {
  if (!layer) return false;
  const factor = camera.zoom / layer.zoom;
  if (factor > 3 || factor < 1 / 3) return false;
  const [w, h] = [layer.width * factor / 2, layer.height * factor / 2];
  const [x, y] = toScreen(layer.x, layer.y);
  const isWhole = x - w <= 0 && y - h <= 0 && x + w >= width && y + h >= height;
  return isWhole || factor < 0.8; // zoomed out: the rest comes when the map rests
}

function drawLayer(layer) {
  if (!layer) return;
  const factor = camera.zoom / layer.zoom;
  const [x, y] = toScreen(layer.x, layer.y);
  const [w, h] = [layer.width * factor, layer.height * factor];
  screen.drawImage(layer.canvas, x - w / 2, y - h / 2, w, h);
}

function startBack() {
  const big = width * height * ratio * ratio > 6e6;
  const layer = newLayer(big ? 1 : ratio, true);
  painting = { layer, work: paintEdges(layer) };
  const mine = painting;
  const go = () => {
    if (painting !== mine) return; // another one was begun
    const until = performance.now() + SLICE;
    while (performance.now() < until) {
      if (mine.work.next().done) {
        layers.back = layer;
        painting = null;
        redraw();
        return;
      }
    }
    setTimeout(go);
  };
  go();
}

// Edges in groups of one look; yields after each batch.
function* paintEdges(layer, batch = 100) {
  const looks = new Map();
  let nInSight = 0;
  for (let edge = 0; edge < M; edge += 1) {
    if (!isDrawn[edge]) continue;
    const [x1, y1] = layer.at(X[edges.start[edge]], Y[edges.start[edge]]);
    const [x2, y2] = layer.at(X[edges.end[edge]], Y[edges.end[edge]]);
    if (Math.max(x1, x2) < 0 || Math.max(y1, y2) < 0 || Math.min(x1, x2) > layer.width || Math.min(y1, y2) > layer.height) continue;
    const isFar = nodes.area[edges.start[edge]] !== nodes.area[edges.end[edge]];
    const look = `${edges.provenance[edge]} ${isFar ? 1 : 0}`;
    if (!looks.has(look)) looks.set(look, []);
    looks.get(look).push(x1, y1, x2, y2);
    nInSight += 1;
    if (edge % 8000 === 7999) yield;
  }
  const strength = Math.min(0.55, Math.max(0.07, 14 / Math.sqrt(nInSight || 1)));
  const isCurved = nInSight < 3000;
  for (const [look, ends] of [...looks].sort((a, b) => b[0].localeCompare(a[0]))) {
    const [provenance, isFar] = look.split(" ").map(Number);
    const name = edges.provenances[provenance];
    layer.pen.strokeStyle = colours.edge;
    layer.pen.lineWidth = Math.min(isCurved ? 1.2 : 1, 0.6 + camera.zoom / 12); // up to 1 is far quicker
    layer.pen.globalAlpha = strength * (isFar && !state.depth ? 0.45 : 1) * (name === "inferred" ? 0.75 : 1);
    layer.pen.setLineDash(name === "similarity" ? [3, 4] : []);
    for (let from = 0; from < ends.length; from += 4 * batch) {
      layer.pen.beginPath();
      const to = Math.min(ends.length, from + 4 * batch);
      for (let at = from; at < to; at += 4) line(layer.pen, ends[at], ends[at + 1], ends[at + 2], ends[at + 3], isCurved);
      layer.pen.stroke();
      layer.pen.getImageData(0, 0, 1, 1); // paints now, so that a slice is as short as it looks
      yield;
    }
  }
}

function line(pen, x1, y1, x2, y2, isCurved) {
  pen.moveTo(x1, y1);
  if (isCurved) pen.quadraticCurveTo((x1 + x2) / 2 + (y1 - y2) * 0.08, (y1 + y2) / 2 + (x2 - x1) * 0.08, x2, y2);
  else pen.lineTo(x2, y2);
}

function paintAreas(pen, at, zoom) {
  areas.forEach((area, number) => {
    const [x, y] = at(area.x, area.y);
    pen.fillStyle = tint(number);
    pen.beginPath();
    pen.arc(x, y, area.radius * zoom, 0, 2 * Math.PI);
    pen.fill();
  });
}

const sizeOf = (node, zoom) => Math.max(nodes.radius[node] * zoom, 1.1);

function paintNodes(layer) {
  const groups = new Map();
  for (let place = N - 1; place >= 0; place -= 1) {
    const node = byImportance[place];
    if (!isShown[node]) continue;
    const [x, y] = layer.at(X[node], Y[node]);
    const r = sizeOf(node, layer.zoom);
    if (x < -r || y < -r || x > layer.width + r || y > layer.height + r) continue;
    const isDim = focus && !focus.nodes.has(node);
    const group = `${isDim ? 0 : 1} ${nodes.kind[node]}`;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(node);
  }
  for (const group of [...groups.keys()].sort()) {
    const [isClear, kind] = group.split(" ").map(Number);
    layer.pen.globalAlpha = isClear ? 1 : 0.16;
    paintKind(layer, nodes.kinds[kind], groups.get(group));
  }
  layer.pen.globalAlpha = 1;
  if (state.chosen >= 0 && isShown[state.chosen]) paintRing(layer.pen, layer.at, state.chosen, layer.zoom);
}

function paintKind(layer, kind, some) {
  const pen = layer.pen;
  const isGhost = kind === "ghost";
  pen.fillStyle = isGhost ? colours.paper : colours[kind];
  pen.strokeStyle = isGhost ? colours.ghost : colours.paper;
  pen.lineWidth = 1;
  for (let from = 0; from < some.length; from += 40) { // one path of thousands is far slower
    pen.beginPath();
    for (const node of some.slice(from, from + 40)) shape(pen, kind, ...layer.at(X[node], Y[node]), sizeOf(node, layer.zoom));
    pen.fill();
    if (isGhost || layer.zoom > 2.2) pen.stroke();
  }
  if (kind === "claim") for (const node of some) paintVerdict(layer, node);
}

// A claim is a diamond, an experiment a square, everything else a disc.
function shape(pen, kind, x, y, r) {
  if (kind === "claim") {
    pen.moveTo(x, y - r * 1.2); pen.lineTo(x + r * 1.2, y); pen.lineTo(x, y + r * 1.2); pen.lineTo(x - r * 1.2, y);
    pen.closePath();
  } else if (kind === "experiment") {
    pen.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  } else if (r < 1.6) {
    pen.rect(x - r, y - r, 2 * r, 2 * r);
  } else {
    pen.moveTo(x + r, y);
    pen.arc(x, y, r, 0, 2 * Math.PI);
  }
}

// The verdict: a ring with a gap, solid, dashed or dotted, and a sign where there is room for one.
function paintVerdict(layer, node) {
  const verdict = nodes.verdict[node];
  const r = sizeOf(node, layer.zoom);
  if (!verdict || r < 2.5) return;
  const [sign, tone] = VERDICTS.get(verdict) || NO_SIGN;
  const [x, y] = layer.at(X[node], Y[node]);
  const pen = layer.pen;
  pen.save();
  pen.strokeStyle = pen.fillStyle = colours[tone || "unsure"];
  pen.lineWidth = Math.min(2, 0.8 + r / 8);
  pen.setLineDash(tone === "yes" ? [] : tone === "no" ? [4, 2.5] : [1.5, 2.5]);
  pen.beginPath();
  pen.arc(x, y, r * 1.2 + 2.5, 0, 2 * Math.PI);
  pen.stroke();
  if (r > 6) {
    pen.fillStyle = colours.paper;
    pen.font = `700 ${Math.round(Math.min(r * 1.25, 18))}px ${colours.sans}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(sign, x, y + 1);
  }
  pen.restore();
}

function paintRing(pen, at, node, zoom = camera.zoom) {
  const [x, y] = at(X[node], Y[node]);
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x, y, sizeOf(node, zoom) + 4, 0, 2 * Math.PI);
  pen.stroke();
}

function paintFocusEdges(pen, at) {
  const isCrowd = focus.edges.length > 400;
  for (const dashed of [false, true]) {
    pen.beginPath();
    for (const edge of focus.edges) {
      if ((provenanceOf(edge) === "similarity") !== dashed) continue;
      const from = at(X[edges.start[edge]], Y[edges.start[edge]]);
      const to = at(X[edges.end[edge]], Y[edges.end[edge]]);
      line(pen, ...from, ...to, false);
      if (!isCrowd && camera.zoom > 1.5) arrow(pen, from, to, sizeOf(edges.end[edge], camera.zoom));
    }
    pen.setLineDash(dashed ? [4, 4] : []);
    pen.strokeStyle = colours.accent;
    pen.lineWidth = state.way ? 2.5 : 1.3;
    pen.globalAlpha = isCrowd ? 0.35 : 0.85;
    pen.stroke();
  }
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

function arrow(pen, [x1, y1], [x2, y2], r) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < r + 14) return;
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [x, y] = [x2 - dx * (r + 3), y2 - dy * (r + 3)];
  pen.moveTo(x - dx * 7 - dy * 3.5, y - dy * 7 + dx * 3.5);
  pen.lineTo(x, y);
  pen.lineTo(x - dx * 7 + dy * 3.5, y - dy * 7 - dx * 3.5);
}

// ---------------------------------------------------------------- titles on the map

const shorten = (text, most) => {
  const letters = [...text.replace(/\s+/g, " ")];
  return letters.length > most ? `${letters.slice(0, most - 1).join("").trimEnd()}…` : letters.join("");
};

// Names of communities first, then titles by importance; none over another.
function paintLabels(layer) {
  const placed = [];
  const pen = layer.pen;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.strokeStyle = colours.paper;
  const place = (text, x, y, size, style) => {
    pen.font = style.font.replace("SIZE", `${size}px`);
    const half = pen.measureText(text).width / 2 + 3;
    const box = [x - half, y - size * 0.62, x + half, y + size * 0.62];
    if (box[0] < 0 || box[1] < 0 || box[2] > layer.width || box[3] > layer.height) return false;
    if (placed.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
    placed.push(box);
    pen.globalAlpha = style.alpha;
    pen.lineWidth = 3.5;
    pen.strokeText(text, x, y);
    pen.fillStyle = style.colour;
    pen.fillText(text, x, y);
    pen.globalAlpha = 1;
    return true;
  };
  if (focus) labelNodes(layer, place, [...focus.nodes].sort((a, b) => (b === state.chosen) - (a === state.chosen) || importance(b) - importance(a)), 60);
  if (!state.depth) labelAreas(layer, place);
  const room = Math.round(layer.width * layer.height / 16000);
  if (!focus) labelNodes(layer, place, byImportance, room);
}

function labelAreas(layer, place) {
  for (const area of [...areas].sort((a, b) => b.n - a.n)) {
    const r = area.radius * layer.zoom;
    if (r < 16) continue;
    const size = Math.round(Math.min(Math.max(r / 5.5, 11), 22));
    const [x, y] = layer.at(area.x, area.y);
    const isRoomy = r > 90;
    const text = shorten(area.name, Math.max(10, Math.round(2.1 * r / (size * 0.5))));
    const style = { font: `600 SIZE ${colours.serif}`, colour: colours.ink, alpha: focus ? 0.45 : 1 };
    const spots = isRoomy ? [y - r - size * 0.3, y - r + size, y + r + size * 0.3] : [y, y - r * 0.5, y + r * 0.5];
    spots.some((spot) => place(text, x, spot, size, style));
  }
}

function labelNodes(layer, place, order, most) {
  let left = most;
  let looked = 0;
  for (const node of order) {
    if (!left || looked > 2500) return;
    if (!isShown[node]) continue;
    const r = sizeOf(node, layer.zoom);
    if (!focus && r < 4.5) continue;
    const [x, y] = layer.at(X[node], Y[node]);
    if (x < 0 || y < 0 || x > layer.width || y > layer.height) continue;
    looked += 1;
    const isBold = isNote(node) || node === state.chosen;
    const style = { font: `${isBold ? 600 : 400} SIZE ${colours.sans}`, colour: isBold ? colours.ink : colours.soft, alpha: 1 };
    const text = shorten(nodes.label[node], focus || layer.zoom > 7 ? 44 : 26);
    const size = isBold ? 12 : 11;
    const gap = r * (kindOf(node) === "claim" ? 1.2 : 1) + size * 0.75 + (nodes.verdict[node] ? 4 : 0);
    if (place(text, x, y + gap, size, style) || place(text, x, y - gap, size, style)) left -= 1;
  }
}

// ---------------------------------------------------------------- making elements

function make(tag, attributes = {}, ...children) {
  const isDrawing = ["svg", "rect", "circle", "line", "path", "text"].includes(tag);
  const element = isDrawing ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null)); // strings become text, never markup
  return element;
}

function swatch(kind) {
  const mark = { claim: ["path", { d: "M9 1l6 6-6 6-6-6z" }], experiment: ["rect", { x: 4, y: 2, width: 10, height: 10 }] }[kind]
    || ["circle", { cx: 9, cy: 7, r: kind === "note" ? 6 : 4.5 }];
  const paint = kind === "ghost" ? { fill: "none", stroke: "var(--ghost)", "stroke-width": 1.5 } : { fill: `var(--${kind})` };
  return make("svg", { class: "swatch", viewBox: "0 0 18 14", "aria-hidden": "true" }, make(mark[0], { ...mark[1], ...paint }));
}

function lineSwatch(provenance) {
  const dash = { similarity: "3 3", inferred: false }[provenance] || false;
  return make("svg", { class: "swatch", viewBox: "0 0 18 14", "aria-hidden": "true" },
    make("line", { x1: 0, x2: 18, y1: 7, y2: 7, stroke: "var(--edge)", "stroke-width": provenance === "explicit" ? 2 : 1.2, "stroke-dasharray": dash, opacity: provenance === "explicit" ? 0.9 : 0.65 }));
}

function verdictMark(verdict) {
  const [sign, tone] = VERDICTS.get(verdict) || NO_SIGN;
  return make("span", { class: `verdict ${tone}` }, `${sign} ${verdict.replace("-", " ")}`.trim());
}

const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

function nodeButton(node, { hint = "", marked = null, act = choose } = {}) {
  const name = make("span", { class: "name", dir: "auto" });
  name.append(...(marked || [nodes.label[node]]));
  if (hint) name.append(make("small", { dir: "auto" }, hint));
  const verdict = nodes.verdict[node];
  return make("button", { class: "row", type: "button", onclick: () => act(node) }, swatch(kindOf(node)), name, verdict ? verdictMark(verdict) : null);
}

// ---------------------------------------------------------------- legend, which is the filter list

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
      make("span", { class: "name", dir: "auto" }, shorten(area.name, 70)), make("span", { class: "n" }, area.n.toLocaleString("en"))))));
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

// ---------------------------------------------------------------- words about what is shown

function showStatus() {
  const parts = [];
  if (state.words) parts.push(found.length ? `${found.length.toLocaleString("en")} found` : `Nothing is called “${state.words}”`);
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
  const judged = ["supported", "refuted"].filter((verdict) => verdicts.has(verdict)).map((verdict) => `${verdicts.get(verdict)} ${verdict}`);
  const list = (some) => (some.length > 1 ? `${some.slice(0, -1).join(", ")} and ${some.at(-1)}` : some[0] || "Nothing");
  const home = areas.length > 1 ? ` in ${areas.length} communities` : "";
  byId("counts").textContent = `${list(said)}, joined by ${count(M, "relation")}${home}.${judged.length ? ` Of the claims ${list(judged)}.` : ""}`;
}

// ---------------------------------------------------------------- search

let searchTimer = 0;
byId("search").addEventListener("input", () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => search(byId("search").value), 40);
});

function search(text) {
  state.words = text.trim();
  const words = fold(state.words).split(/\s+/).filter(Boolean);
  found = [];
  if (words.length) {
    const scores = new Map();
    for (const node of byImportance) {
      if (isShown[node] && words.every((word) => foldedNames[node].includes(word))) scores.set(node, score(node, words));
    }
    found = [...scores.keys()].sort((a, b) => scores.get(b) - scores.get(a));
  }
  showResults(words);
  showStatus();
  if (state.words && state.chosen >= 0 && !(state.way && state.way.end < 0)) leave();
  findFocus();
  keepInHash();
}

function score(node, words) {
  const label = foldedLabels[node];
  return words.reduce((sum, word) => sum + (label === word ? 4 : label.startsWith(word) ? 3 : label.includes(` ${word}`) ? 2 : label.includes(word) ? 1 : 0), 0) + (isNote(node) ? 0.5 : 0);
}

function showResults(words) {
  const most = 40;
  const box = byId("results");
  box.hidden = !state.words;
  box.replaceChildren(...found.slice(0, most).map((node) => {
    const hint = words.every((word) => foldedLabels[node].includes(word)) ? "" : nodes.also[node];
    return nodeButton(node, { marked: mark(nodes.label[node], words), hint: hint && shorten(hint, 120) });
  }));
  if (found.length > most) box.append(make("p", { class: "quiet row" }, `and ${(found.length - most).toLocaleString("en")} more, all bright on the map`));
}

// The words stand out where folding keeps the length of the text.
function mark(text, words) {
  const folded = fold(text);
  if (folded.length !== text.length || !words.length) return [text];
  const isIn = new Uint8Array(text.length);
  for (const word of words) for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) isIn.fill(1, at, at + word.length);
  const parts = [];
  for (let from = 0, to = 0; from < text.length; from = to) {
    while (to < text.length && isIn[to] === isIn[from]) to += 1;
    parts.push(isIn[from] ? make("mark", {}, text.slice(from, to)) : text.slice(from, to));
  }
  return parts;
}

// ---------------------------------------------------------------- choosing a node

function choose(node) {
  if (state.way && state.way.end < 0 && state.way.start !== node) {
    findWay(state.way.start, node);
    return;
  }
  state.way = null;
  state.chosen = node;
  if (!isShown[node] && !state.depth) revealKind(node);
  showPanel();
  if (state.depth) {
    applyFilters();
    fitAll();
  } else {
    findFocus();
    bringIntoView(node);
  }
  keepInHash();
}

function revealKind(node) {
  state.off.kind.delete(kindOf(node));
  state.off.verdict.delete(nodes.verdict[node]);
  syncLegend();
  applyFilters();
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
  panel.hidden = false;
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
    kind === "claim" ? claimPart(about) : null,
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
  return part("About", make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", { dir: "auto" }, name.replaceAll("_", " ")), make("dd", { dir: "auto" }, say(value))])));
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
    own.sort((a, b) => importance(otherEnd(b, node)) - importance(otherEnd(a, node)));
    const rows = own.map((edge) => nodeButton(otherEnd(edge, node), { hint: phrase(edge, node) }));
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

// ---------------------------------------------------------------- claims and their evidence

function notesClaims(node) {
  const claims = Array.from(edgesOf(node)).filter((edge) => edgeKind(edge) === "stated_in" && edges.end[edge] === node).map((edge) => edges.start[edge]);
  if (!claims.length) return null;
  return part(`Claims · ${claims.length}`, ...claims.map((claim) => make("div", { class: "claim" }, nodeButton(claim), ...evidence(detailsOf(claim)))));
}

function claimPart(about) {
  const quote = about.quote ? make("p", { class: "quiet", dir: "auto" }, `“${about.quote}”`) : null;
  const source = about.source ? make("p", { class: "quiet", dir: "auto" }, `Source: ${about.source}`) : null;
  return part("Evidence", ...evidence(about), quote, source);
}

function evidence(about) {
  const told = [];
  const was = about.previous ? ` Before: ${about.previous}.` : "";
  if (about.reasons) told.push(make("p", { class: "quiet", dir: "auto" }, about.reasons.join("; ") + (about.n_seeds ? `; ${count(about.n_seeds, "seed")}` : "") + "." + was));
  for (const result of about.results || []) told.push(...scale(result));
  if (about.guards) told.push(make("p", { class: "quiet" }, "Guards: ", ...about.guards.flatMap(([name, ok, detail], at) => [at ? ", " : "", `${ok ? "✓" : "✗"} ${name}${detail && !ok ? ` (${detail})` : ""}`])));
  if (about.experiments) told.push(make("p", { class: "quiet" }, `Experiment: ${about.experiments.join(", ")}`));
  return told;
}

const figure = (value) => (value === null || value === undefined ? "∞" : Number(value.toPrecision(3)).toString());
const OPS = { gt: ">", ge: "≥", lt: "<", le: "≤", between: "between", equiv: "≈", eq: "=" };

// What is expected, as a shaded stretch, and the interval of what was found, on one line.
function scale(result) {
  const expected = { between: [result.low, result.high], equiv: [result.threshold - result.margin, result.threshold + result.margin], eq: [result.threshold, result.threshold] }[result.op] || [result.threshold];
  const bounds = expected.filter((value) => typeof value === "number");
  const wanted = result.op === "between" ? `between ${figure(result.low)} and ${figure(result.high)}`
    : `${OPS[result.op]} ${figure(result.threshold)}${result.op === "equiv" ? ` ± ${figure(result.margin)}` : ""}`;
  const title = make("p", {}, make("span", { dir: "auto" }, `${result.metric} ${bounds.length ? wanted : ""} `), result.outcome ? verdictMark(result.outcome) : null);
  if (typeof result.estimate !== "number" || !bounds.length) return [title];
  const ends = result.interval || [result.estimate, result.estimate];
  const values = [...bounds, ...ends, result.estimate].filter((value) => typeof value === "number" && Number.isFinite(value));
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = (high - low || Math.abs(high) || 1) * 0.2;
  [low, high] = [low - pad, high + pad];
  const at = (value) => 6 + 288 * (value - low) / (high - low);
  const [left, right] = [typeof ends[0] === "number" ? at(ends[0]) : 0, typeof ends[1] === "number" ? at(ends[1]) : 300];
  const [okFrom, okTo] = { gt: [at(bounds[0]), 300], ge: [at(bounds[0]), 300], lt: [0, at(bounds[0])], le: [0, at(bounds[0])] }[result.op] || [at(bounds[0]), at(bounds.at(-1))];
  const text = `estimate ${figure(result.estimate)}, interval ${typeof ends[0] === "number" ? figure(ends[0]) : "−∞"} to ${typeof ends[1] === "number" ? figure(ends[1]) : "∞"}`;
  const drawing = make("svg", { class: "scale", viewBox: "0 0 300 46", role: "img", "aria-label": `${result.metric}: expected ${wanted}; ${text}` },
    make("rect", { class: "ok", x: okFrom, y: 4, width: Math.max(okTo - okFrom, 1.5), height: 22 }),
    make("line", { class: "axis", x1: 0, x2: 300, y1: 26, y2: 26 }),
    ...bounds.map((bound) => make("line", { class: "threshold", x1: at(bound), x2: at(bound), y1: 2, y2: 28 })),
    make("line", { class: "interval", x1: left, x2: right, y1: 15, y2: 15 }),
    make("circle", { class: "estimate", cx: at(result.estimate), cy: 15, r: 4.5 }),
    make("text", { x: 0, y: 41 }, `${text}${result.n_seeds ? `, ${count(result.n_seeds, "seed")}` : ""}`));
  return [title, drawing];
}

// ---------------------------------------------------------------- the way between two nodes

function startWay(node) {
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
    make("button", { type: "button", onclick: () => choose2(start) }, "Back"),
    end >= 0 ? make("button", { type: "button", onclick: () => findWay(end, start) }, "Other way round") : null);
  if (end < 0) {
    openPanel(make("div", { class: "kind" }, "Path"), make("h2", { dir: "auto" }, `From ${nodes.label[start]}`),
      make("p", { class: "lead" }, "Where to? Choose a node on the map or in the search results."), back);
    return;
  }
  const list = [nodeButton(start, { act: choose2 })];
  for (const step of steps) list.push(make("p", { class: "step" }, phrase(step.edge, step.from)), nodeButton(step.to, { act: choose2 }));
  openPanel(make("div", { class: "kind" }, "Path"),
    make("h2", {}, steps.length ? count(steps.length, "step") : "No way"),
    steps.length ? make("p", { class: "lead quiet" }, "The cheapest way over the relations that are shown.") : make("p", { class: "lead" }, "Nothing that is shown joins these two. Perhaps a filter hides what does."),
    back, make("section", { class: "part" }, ...(steps.length ? list : [nodeButton(start, { act: choose2 }), nodeButton(end, { act: choose2 })])));
}

function choose2(node) {
  state.way = null;
  choose(node);
}

// ---------------------------------------------------------------- the view in the address

function keepInHash() {
  const told = new URLSearchParams();
  if (state.chosen >= 0) told.set("node", nodes.key[state.chosen]);
  if (state.way && state.way.end >= 0) told.set("to", nodes.key[state.way.end]);
  if (state.depth) told.set("depth", state.depth);
  if (state.words) told.set("search", state.words);
  for (const [name, set] of Object.entries(state.off)) {
    const some = [...set].sort().join(" ");
    if (some !== (name === "provenance" ? "similarity" : "")) told.set(`no-${name}`, some);
  }
  if (state.from > 0) told.set("from", months[state.from]);
  if (state.to < months.length - 1) told.set("until", months[state.to]);
  if (state.theme) told.set("theme", state.theme);
  told.set("at", [camera.x, camera.y, camera.zoom].map((value) => Number(value.toPrecision(5))).join(" "));
  try {
    history.replaceState(null, "", `#${told}`);
  } catch { /* a browser may limit how often this may be called */ }
}

function readHash() {
  const told = new URLSearchParams(location.hash.slice(1));
  const known = (name) => (numberOf.has(told.get(name)) ? numberOf.get(told.get(name)) : -1);
  for (const name of Object.keys(state.off)) {
    if (told.has(`no-${name}`)) state.off[name] = new Set(told.get(`no-${name}`).split(" ").filter(Boolean));
  }
  if (months.includes(told.get("from"))) state.from = months.indexOf(told.get("from"));
  if (months.includes(told.get("until"))) state.to = months.indexOf(told.get("until"));
  if (["light", "dark"].includes(told.get("theme"))) state.theme = told.get("theme");
  state.words = told.get("search") || "";
  state.chosen = known("node");
  state.depth = state.chosen >= 0 ? Math.min(4, Math.max(0, Number(told.get("depth")) || 0)) : 0;
  const at = (told.get("at") || "").split(" ").map(Number);
  return { end: known("to"), at: at.length === 3 && at.every(Number.isFinite) && at[2] > 0 ? at : null };
}

// ---------------------------------------------------------------- hands: pointer, wheel, keys

function nodeAt(x, y, isTouch = false) {
  const [mapX, mapY] = toMap(x, y);
  let best = -1;
  let least = Infinity;
  for (let node = 0; node < N; node += 1) {
    if (!isShown[node]) continue;
    const away = Math.hypot(X[node] - mapX, Y[node] - mapY) - sizeOf(node, camera.zoom) / camera.zoom;
    if (away < least) { least = away; best = node; }
  }
  return least * camera.zoom < (isTouch ? 16 : 5) ? best : -1;
}

const fingers = new Map();
let wasMoved = false;
let pinch = 0;
const place = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, { now: place(event), from: place(event) });
  if (fingers.size === 1) wasMoved = false;
  pinch = 0;
  hover(-1);
});

canvas.addEventListener("pointermove", (event) => {
  const finger = fingers.get(event.pointerId);
  const [x, y] = place(event);
  if (!finger) {
    if (event.pointerType === "mouse") hover(nodeAt(x, y), x, y);
    return;
  }
  const [dx, dy] = [x - finger.now[0], y - finger.now[1]];
  finger.now = [x, y];
  if (Math.hypot(x - finger.from[0], y - finger.from[1]) > 4) wasMoved = true;
  if (!wasMoved) return;
  canvas.classList.add("drag");
  camera.x -= dx / camera.zoom / fingers.size;
  camera.y -= dy / camera.zoom / fingers.size;
  if (fingers.size === 2) {
    const [one, other] = [...fingers.values()].map((each) => each.now);
    const apart = Math.hypot(one[0] - other[0], one[1] - other[1]);
    if (pinch) zoomAbout(apart / pinch, (one[0] + other[0]) / 2, (one[1] + other[1]) / 2);
    pinch = apart;
  }
  moved();
});

for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, (event) => {
    const isLast = fingers.delete(event.pointerId) && !fingers.size;
    pinch = 0;
    if (!isLast) return;
    canvas.classList.remove("drag");
    if (wasMoved || name === "pointercancel") return;
    const node = nodeAt(...place(event), event.pointerType !== "mouse");
    if (node >= 0) choose(node);
    else if (!(state.way && state.way.end < 0) && !state.depth) leave();
  });
}
canvas.addEventListener("pointerleave", () => hover(-1));

function hover(node, x = 0, y = 0) {
  const tip = byId("tip");
  if (node !== hovered) {
    hovered = node;
    canvas.classList.toggle("over", node >= 0);
    tip.hidden = node < 0;
    if (node >= 0) tip.textContent = shorten(nodes.label[node], 200);
    redraw();
  }
  if (node >= 0) {
    tip.style.left = `${Math.min(x + 14, Math.max(0, width - tip.offsetWidth - 8))}px`;
    tip.style.top = `${y + 34 + tip.offsetHeight > height ? y - tip.offsetHeight - 10 : y + 18}px`;
  }
}

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const step = event.deltaMode ? event.deltaY * 18 : event.deltaY;
  zoomAbout(Math.exp(-Math.max(-240, Math.min(240, step)) * (event.ctrlKey ? 0.008 : 0.0016)), ...place(event));
}, { passive: false });

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { step_back(); return; }
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
    if (event.key === "Enter" && event.target.id === "search") { search(event.target.value); if (found.length) choose(found[0]); }
    return;
  }
  const pan = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const isOnMap = event.target === canvas || event.target === document.body;
  if (event.key === "/") byId("search").focus();
  else if (event.key === "+" || event.key === "=") zoomByKey(1.3);
  else if (event.key === "-") zoomByKey(1 / 1.3);
  else if (event.key === "0") fitAll();
  else if (pan && isOnMap) { camera.x += pan[0] * width * 0.12 / camera.zoom; camera.y += pan[1] * height * 0.12 / camera.zoom; moved(); }
  else return;
  event.preventDefault();
});

// Esc leaves one thing at a time: the path, the local view, what is chosen, the search.
function step_back() {
  if (state.way) choose2(state.way.start);
  else if (state.depth) setDepth(0);
  else if (state.chosen >= 0) leave();
  else if (state.words) { byId("search").value = ""; search(""); }
  else if (document.activeElement) document.activeElement.blur();
}

// ---------------------------------------------------------------- tools

const systemDark = window.matchMedia("(prefers-color-scheme: dark)");

function setTheme() {
  const isDark = state.theme ? state.theme === "dark" : systemDark.matches;
  document.documentElement.classList.toggle("dark", isDark);
  byId("theme").textContent = isDark ? "Light" : "Dark";
  readColours();
  stale.front = stale.back = true;
  redraw();
}

function savePicture() {
  const layer = newLayer(2);
  const [w, h] = [width, height];
  const picture = make("canvas", { width: w * 2, height: h * 2 });
  const pen = picture.getContext("2d");
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, w * 2, h * 2);
  const under = newLayer(2);
  if (!state.depth) paintAreas(under.pen, under.at, under.zoom);
  for (const _ of paintEdges(layer)) { /* all at once */ }
  under.pen.globalAlpha = focus ? 0.25 : 1;
  under.pen.drawImage(layer.canvas, 0, 0, layer.width, layer.height);
  under.pen.globalAlpha = 1;
  if (focus) paintFocusEdges(under.pen, under.at);
  paintNodes(under);
  paintLabels(under);
  pen.drawImage(under.canvas, -w * MARGIN * 2, -h * MARGIN * 2);
  picture.toBlob((blob) => {
    const link = make("a", { download: `${graph.title.replace(/[^\p{L}\p{N} _-]/gu, "_") || "graph"}.png`, href: URL.createObjectURL(blob) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}

function resize() {
  const box = canvas.getBoundingClientRect();
  ratio = Math.min(window.devicePixelRatio || 1, 2);
  if (!box.width || !box.height) return;
  [width, height] = [box.width, box.height];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  stale.front = stale.back = true;
  redraw();
}

byId("zoom-in").addEventListener("click", () => zoomByKey(1.3));
byId("zoom-out").addEventListener("click", () => zoomByKey(1 / 1.3));
byId("whole").addEventListener("click", fitAll);
byId("save").addEventListener("click", savePicture);
byId("theme").addEventListener("click", () => {
  state.theme = document.documentElement.classList.contains("dark") ? "light" : "dark";
  setTheme();
  keepInHash();
});
byId("more").addEventListener("click", () => {
  const isOpen = byId("side").classList.toggle("open");
  byId("more").setAttribute("aria-expanded", String(isOpen));
});
systemDark.addEventListener("change", setTheme);

// ---------------------------------------------------------------- start

function start() {
  const told = readHash();
  setTheme();
  resize();
  describe();
  buildLegend();
  applyFilters();
  if (state.words) {
    byId("search").value = state.words;
    const { chosen } = state;
    state.chosen = -1;
    search(state.words);
    state.chosen = chosen;
  }
  if (told.end >= 0 && state.chosen >= 0) findWay(state.chosen, told.end);
  else if (state.chosen >= 0) showPanel();
  if (told.at) [camera.x, camera.y, camera.zoom] = told.at;
  else fitAll();
  findFocus();
  moved();
  new ResizeObserver(() => { const isFirst = !width; resize(); if (isFirst) fitAll(); }).observe(canvas);
}

start();
