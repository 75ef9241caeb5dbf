// Tools, and the start.

const systemDark = window.matchMedia("(prefers-color-scheme: dark)");

function setTheme(isPrinted = false) {
  const isDark = isPrinted ? false : state.theme ? state.theme === "dark" : systemDark.matches;
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
  pen.drawImage(under.canvas, -2 * Math.round(w * MARGIN), -2 * Math.round(h * MARGIN));
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
byId("more").addEventListener("click", () => openFilters(!byId("side").classList.contains("open")));
systemDark.addEventListener("change", () => setTheme());

// On paper the page is light, and nothing is left for later.
window.addEventListener("beforeprint", () => {
  setTheme(true);
  isHasty = false;
  paint();
  if (painting) {
    for (const _ of painting.work) { /* all at once */ }
    layers.back = painting.layer;
    painting = null;
  }
  paint();
});
window.addEventListener("afterprint", () => setTheme());

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
