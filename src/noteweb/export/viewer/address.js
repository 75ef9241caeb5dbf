// The view in the page's address, so that it can be kept and sent.

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
