// Hands: pointer, wheel, keys.

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
  if (event.key === "Escape") { stepBack(); return; }
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
function stepBack() {
  if (state.way) leaveWay(state.way.start);
  else if (state.depth) setDepth(0);
  else if (state.chosen >= 0) leave();
  else if (state.words) { byId("search").value = ""; search(""); }
  else if (document.activeElement) document.activeElement.blur();
}
