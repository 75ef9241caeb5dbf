// Edges, areas, nodes and verdicts as they are drawn.

const tint = (area) => `hsl(${(area * 137.5 + 35) % 360} ${colours["tint-chroma"]} ${colours["tint-light"]})`;

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
  const strength = Math.min(state.depth ? 0.28 : 0.4, Math.max(0.1, 16 / Math.sqrt(nInSight || 1)));
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
  if (!verdict || r < 2.5 || verdict.startsWith("not-")) return;
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
    pen.globalAlpha = isCrowd ? 0.35 : focus.edges.length > 60 ? 0.6 : 0.85;
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
