// Frames: bitmaps that are moved with the map and painted anew when it rests.

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
let isHasty = false; // the next frame answers a click with what is painted already
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
  layer.width = width + 2 * Math.round(width * MARGIN); // whole pixels at each side, else it blurs
  layer.height = height + 2 * Math.round(height * MARGIN);
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
  if (isHasty && layers.front && layers.back) {
    isHasty = false;
    compose();
    if (state.chosen >= 0 && isShown[state.chosen]) paintRing(screen, toScreen, state.chosen);
    redraw();
    return;
  }
  isHasty = false;
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
  compose();
}

function compose() {
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
