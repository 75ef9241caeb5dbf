// Search by title, alias, tag and path.

let searchTimer = 0;
byId("search").addEventListener("input", () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => search(byId("search").value), 20);
});

function search(text) {
  state.words = text.trim();
  if (state.words && state.chosen >= 0 && !(state.way && state.way.end < 0)) leave();
  const words = soughtWords();
  found = [];
  if (words.length) {
    openFilters(false);
    const scores = new Map();
    for (const node of byImportance) {
      if (words.every((word) => foldedNames[node].includes(word))) scores.set(node, score(node, words));
    }
    found = [...scores.keys()].sort((a, b) => scores.get(b) - scores.get(a));
  }
  showResults();
  showStatus();
  findFocus();
  keepInHash();
}

function score(node, words) {
  const label = foldedLabels[node];
  return words.reduce((sum, word) => sum + (label === word ? 4 : label.startsWith(word) ? 3 : label.includes(` ${word}`) ? 2 : label.includes(word) ? 1 : 0), 0) + (isNote(node) ? 0.5 : 0);
}

const soughtWords = () => fold(state.words).split(/\s+/).filter(Boolean);

// Why a node is not on the map, empty where it is.
const whyHidden = (node) => (isShown[node] ? "" : `hidden by the ${isLet[node] ? "local view" : "filters"}`);

function showResults() {
  const most = 40;
  const words = soughtWords();
  const box = byId("results");
  const active = [...box.children].indexOf(document.activeElement);
  box.hidden = !state.words;
  box.replaceChildren(...found.slice(0, most).map((node) => {
    const also = words.every((word) => foldedLabels[node].includes(word)) ? "" : nodes.also[node];
    const hint = [whyHidden(node), also && shorten(also, 120)].filter(Boolean).join(" · ");
    return nodeButton(node, { marked: mark(nodes.label[node], words), hint });
  }));
  if (active >= 0 && box.children[active]) box.children[active].focus();
  if (found.length > most) box.append(make("p", { class: "quiet row" }, `and ${(found.length - most).toLocaleString("en")} more`));
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
