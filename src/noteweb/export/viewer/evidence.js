// Claims and their evidence: each interval against what is expected.

function notesClaims(node) {
  const claims = Array.from(edgesOf(node)).filter((edge) => edgeKind(edge) === "stated_in" && edges.end[edge] === node).map((edge) => edges.start[edge]);
  if (!claims.length) return null;
  return part(`Claims · ${claims.length}`, ...claims.map((claim) => make("div", { class: "claim" }, nodeButton(claim), ...evidence(detailsOf(claim)))));
}

function claimPart(about, standing) {
  const stands = standing ? make("p", { class: "quiet", dir: "auto" }, `Standing: ${standing}`) : null;
  const quote = about.quote ? make("p", { class: "quiet", dir: "auto" }, `“${about.quote}”`) : null;
  const source = about.source ? make("p", { class: "quiet", dir: "auto" }, `Source: ${about.source}`) : null;
  return part("Evidence", stands, ...evidence(about), quote, source);
}

function evidence(about) {
  const told = [];
  const was = about.previous ? ` Before: ${about.previous}.` : "";
  if (about.reasons) told.push(make("p", { class: "quiet", dir: "auto" }, about.reasons.join("; ") + (about.n_seeds ? `; ${count(about.n_seeds, "seed")}` : "") + "." + was));
  for (const result of about.results || []) told.push(...scale(result));
  if (about.guards) told.push(make("p", { class: "quiet" }, "Guards: ", ...about.guards.flatMap(([name, ok, detail], at) => [at ? ", " : "", `${ok ? "✓" : "✗"} ${name}${detail && !ok ? ` (${detail})` : ""}`])));
  if (about.experiments) told.push(make("p", { class: "quiet" }, `Experiment: ${about.experiments.join(", ")}`));
  return told;
}

const figure = (value) => (value === null || value === undefined ? "∞" : Number(value.toPrecision(3)).toString());
const OPS = { gt: ">", ge: "≥", lt: "<", le: "≤", between: "between", equiv: "≈", eq: "=" };

// What is expected, as a shaded stretch, and the interval of what was found, on one line.
function scale(result) {
  const isShare = result.estimand === "share", op = isShare ? "ge" : result.op;
  const expected = isShare ? [result.pass_share] : { between: [result.low, result.high], equiv: [result.threshold - result.margin, result.threshold + result.margin], eq: [result.threshold, result.threshold] }[result.op] || [result.threshold];
  const bounds = expected.filter((value) => typeof value === "number");
  const wanted = result.op === "between" ? `between ${figure(result.low)} and ${figure(result.high)}`
    : `${OPS[result.op]} ${figure(result.threshold)}${result.op === "equiv" ? ` ± ${figure(result.margin)}` : ""}${isShare ? ` in at least ${figure(100 * result.pass_share)} % of seeds` : ""}`;
  const title = make("p", {}, make("span", { dir: "auto" }, `${result.metric} ${bounds.length ? wanted : ""} `), result.outcome ? verdictMark(result.outcome) : null);
  if (typeof result.estimate !== "number" || !bounds.length) return [title];
  const ends = result.interval || [result.estimate, result.estimate];
  const values = [...bounds, ...ends, result.estimate].filter((value) => typeof value === "number" && Number.isFinite(value));
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = (high - low || Math.abs(high) || 1) * 0.2;
  [low, high] = [low - pad, high + pad];
  const at = (value) => 6 + 288 * (value - low) / (high - low);
  const [left, right] = [typeof ends[0] === "number" ? at(ends[0]) : 0, typeof ends[1] === "number" ? at(ends[1]) : 300];
  const [okFrom, okTo] = { gt: [at(bounds[0]), 300], ge: [at(bounds[0]), 300], lt: [0, at(bounds[0])], le: [0, at(bounds[0])] }[op] || [at(bounds[0]), at(bounds.at(-1))];
  const isExact = ends[0] === ends[1];
  const text = isExact ? `${figure(result.estimate)} in every run` : `estimate ${figure(result.estimate)}, interval ${typeof ends[0] === "number" ? figure(ends[0]) : "−∞"} to ${typeof ends[1] === "number" ? figure(ends[1]) : "∞"}`;
  const drawing = make("svg", { class: "scale", viewBox: "0 0 300 46", role: "img", "aria-label": `${result.metric}: expected ${wanted}; ${text}` },
    make("rect", { class: "ok", x: okFrom, y: 4, width: Math.max(okTo - okFrom, 1.5), height: 22 }),
    make("line", { class: "axis", x1: 0, x2: 300, y1: 26, y2: 26 }),
    ...bounds.map((bound) => make("line", { class: "threshold", x1: at(bound), x2: at(bound), y1: 2, y2: 28 })),
    make("line", { class: "interval", x1: left, x2: right, y1: 15, y2: 15 }),
    make("circle", { class: "estimate", cx: at(result.estimate), cy: 15, r: 4.5 }),
    make("text", { x: 0, y: 41 }, `${text}${result.n_seeds ? `, ${count(result.n_seeds, "seed")}` : ""}`));
  return [title, drawing];
}
