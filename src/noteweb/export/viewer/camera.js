// Which part of the map is in sight.

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
  const isIn = x > 90 && y > 60 && x < width - free.right - 90 && y < height - free.bottom - 60;
  if (isIn && camera.zoom > 2) return;
  camera.zoom = Math.max(camera.zoom, 5);
  camera.x = X[node] + free.right / 2 / camera.zoom;
  camera.y = Y[node] + free.bottom / 2 / camera.zoom;
  moved();
}
