// Elements of the page: what comes from notes is only ever text in them.

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
  const verdict = nodes.verdict[node];
  if (hint || verdict) name.append(make("small", { dir: "auto" }, verdict ? verdictMark(verdict) : null, verdict && hint ? " · " : "", hint));
  return make("button", { class: "row", type: "button", onclick: () => act(node) }, swatch(kindOf(node)), name);
}
