// Titles on the map, none over another.

const ROOMY = 90; // pixels of a disc's radius from which on its name stands above it

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
  const sight = [layer.width / 2 - width / 2, layer.width / 2 + width / 2 - freeArea().right];
  const place = (lines, x, y, size, style) => {
    pen.font = style.font.replace("SIZE", `${size}px`);
    const half = Math.max(...lines.map((text) => pen.measureText(text).width)) / 2 + 3;
    const high = size * 0.62 * lines.length;
    const [left, right] = sight; // what stands in sight has its title in sight
    if (x > left && x < right && right - left > 2 * half) x = Math.min(Math.max(x, left + half), right - half);
    const box = [x - half, y - high, x + half, y + high];
    if (box[0] < 0 || box[1] < 0 || box[2] > layer.width || box[3] > layer.height) return false;
    if (placed.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
    placed.push(box);
    pen.globalAlpha = style.alpha;
    pen.lineWidth = 3.5;
    pen.fillStyle = style.colour;
    lines.forEach((text, row) => {
      const at = y + (row - (lines.length - 1) / 2) * size * 1.15;
      pen.strokeText(text, x, at);
      pen.fillText(text, x, at);
    });
    pen.globalAlpha = 1;
    return true;
  };
  if (focus) labelNodes(layer, place, [...focus.nodes].sort((a, b) => (b === state.chosen) - (a === state.chosen) || importance(b) - importance(a)), 60);
  if (!state.depth) labelAreas(layer, place);
  const room = Math.round(layer.width * layer.height / 16000);
  if (!focus) labelNodes(layer, place, state.depth ? [state.chosen, ...byImportance.filter((node) => node !== state.chosen)] : byImportance, room);
}

// A name in one line, or in two where it is long.
function breakName(name, most) {
  const words = name.split(/\s+/);
  let line = "";
  while (words.length && (!line || [...line, ...words[0]].length < most)) line += `${line && " "}${words.shift()}`;
  const rest = words.join(" ").replace(/^· /, "");
  return [shorten(line.replace(/ ·$/, ""), most), ...(rest ? [shorten(rest, most)] : [])];
}

function labelAreas(layer, place) {
  for (const area of [...areas].sort((a, b) => b.n - a.n)) {
    const r = area.radius * layer.zoom;
    if (r < 16) continue;
    const size = Math.round(Math.min(Math.max(r / 5.5, 11), 22));
    const [x, y] = layer.at(area.x, area.y);
    const isRoomy = r > ROOMY;
    const style = { font: `600 SIZE ${colours.serif}`, colour: colours.ink, alpha: focus ? 0.45 : 1 };
    const most = Math.round((isRoomy ? 3 : 2.1) * r / (size * 0.5)); // letters in a line
    const lines = breakName(area.name, Math.max(most, 10));
    const spots = isRoomy ? [y - r - size * 0.4, y - r + size, y + r + size * 0.4] : [y, y - r * 0.5, y + r * 0.5];
    spots.some((spot) => place(lines, x, spot, size, style));
  }
}

// A hub that gives its community the name that stands on the disc needs no second one.
function isNamesake(node, zoom) {
  const area = areas[nodes.area[node]];
  return !state.depth && area && area.hub === node && area.name === nodes.label[node] && area.radius * zoom < ROOMY;
}

function labelNodes(layer, place, order, most) {
  let left = most;
  let looked = 0;
  for (const node of order) {
    if (!left || looked > 2500) return;
    if (!isShown[node]) continue;
    const r = sizeOf(node, layer.zoom);
    if (!focus && node !== state.chosen && (r < (isNote(node) ? 4.5 : 7) || isNamesake(node, layer.zoom))) continue;
    const [x, y] = layer.at(X[node], Y[node]);
    if (x < 0 || y < 0 || x > layer.width || y > layer.height) continue;
    looked += 1;
    const isBold = isNote(node) || node === state.chosen;
    const style = { font: `${isBold ? 600 : 400} SIZE ${colours.sans}`, colour: isBold ? colours.ink : colours.soft, alpha: 1 };
    const lines = isBold ? breakName(nodes.label[node], focus || layer.zoom > 7 ? 30 : 22) : [shorten(nodes.label[node], 30)];
    const size = isBold ? 12 : 11;
    const gap = r * (kindOf(node) === "claim" ? 1.2 : 1) + size * (0.2 + 0.55 * lines.length) + (nodes.verdict[node] ? 4 : 0);
    if (place(lines, x, y + gap, size, style) || place(lines, x, y - gap, size, style)) left -= 1;
  }
}
