// Search by title, alias, tag and path.

let searchTimer = 0;
byId("search").addEventListener("input", () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => search(byId("search").value), 20);
});

function search(text) {
  state.words = text.trim();
  const words = fold(state.words).split(/\s+/).filter(Boolean);
  found = [];
  if (words.length) {
    openFilters(false);
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
