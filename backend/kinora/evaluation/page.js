"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const report = document.getElementById("report");
const classes = data.classes;
const cellOf = new Map(data.cells.map((cell) => [`${cell.shown},${cell.said}`, cell]));
const shownCount = data.clips.confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
const buttons = new Map();
// With more classes the matrix scrolls in its own frame, so that the names stay in sight.
const MOST_IN_FULL = 24;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function share(value) {
  return value === null ? "–" : `${(100 * value).toFixed(1)} %`;
}

function between(interval) {
  return `${(100 * interval[0]).toFixed(1)} to ${(100 * interval[1]).toFixed(1)}`;
}

function surely(interval) {
  return interval ? `95 %: ${between(interval)}` : "";
}

function clipsWord(count) {
  return count === 1 ? "1 clip" : `${count} clips`;
}

function card(title, ...children) {
  return element("section", { class: "card" }, element("h2", {}, title), ...children);
}

function head() {
  const parts = [
    element("h1", {}, `${data.model} on ${data.data}`),
    element("p", { class: "soft" }, `Protocol: ${data.protocol}`),
  ];
  if (data.leaks) {
    const words = "LEAKS. These scores are too high: clips like the measured ones were learned from.";
    parts.push(element("p", { class: "card alarm", role: "note" }, words));
  }
  return parts;
}

function tile(name, value, detail) {
  return element("div", { class: "tile" }, element("span", {}, name), element("b", {}, value),
    element("span", {}, detail));
}

function tiles() {
  const { clips, videos } = data;
  const made = [
    tile("Top-1", share(clips.top1), surely(clips.top1_interval)),
    tile("Macro-F1", share(clips.macro_f1), surely(clips.macro_f1_interval)),
    tile("Calibration error", share(clips.ece), `a calibrated model: ${share(clips.ece_by_chance)}`),
    tile("Neg. log likelihood", clips.nll.toFixed(3), "lower is better"),
    tile("Clips", String(clips.count), `from ${clips.sources} sources`),
  ];
  if (clips.top5 !== null) {
    made.splice(1, 0, tile("Top-5", share(clips.top5), surely(clips.top5_interval)));
  }
  if (videos) {
    made.push(tile("Top-1 of videos", share(videos.top1), `${videos.count} videos`));
  }
  return element("div", { class: "tiles" }, ...made);
}

function table(title, heads, rows) {
  const headRow = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell))));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
    element("table", { class: "plain" }, element("thead", {}, headRow),
      element("tbody", {}, ...body)));
}

function withInterval(value, interval, words = share(value)) {
  const cell = element("span", {}, words);
  if (interval) cell.append(" ", element("small", {}, `(${between(interval)})`));
  return cell;
}

function points(value) {
  return `${value < 0 ? "−" : "+"}${(100 * Math.abs(value)).toFixed(1)} points`;
}

function scoreRow(name, scores, gain) {
  return [name, withInterval(scores.top1, scores.top1_interval),
    gain ? withInterval(gain.top1, gain.top1_interval, points(gain.top1)) : "",
    withInterval(scores.macro_f1, scores.macro_f1_interval), String(scores.count)];
}

function comparison() {
  const rows = [scoreRow("the model, clips", data.clips)];
  if (data.videos) rows.push(scoreRow("the model, whole videos", data.videos));
  for (const own of data.baselines) rows.push(scoreRow(`baseline: ${own.name}`, own.scores, own.gain));
  const words = "Brackets hold 95 % intervals, drawn by source. The baselines are linear " +
    "classifiers of the same features, trained on the train part.";
  return card("Compared", table("Compared", ["", "top-1", "model is better by", "macro-F1", "count"], rows),
    element("p", { class: "soft" }, data.baselines.length ? words : words.split(". ")[0] + "."));
}

function matrixButton(row, column, count) {
  const isRight = row === column;
  const words = isRight ? `${classes[row]} recognised` : `${classes[row]} taken for ${classes[column]}`;
  const button = element("button", {
    type: "button", tabindex: "-1", "aria-pressed": "false", class: isRight ? "right" : "",
    "aria-label": `${words}: ${clipsWord(count)}`, title: `${words}: ${clipsWord(count)}`,
  }, String(count));
  button.style.setProperty("--share", count / shownCount[row]);
  button.addEventListener("click", () => show(row, column));
  button.addEventListener("keydown", (event) => move(event, row, column));
  buttons.set(`${row},${column}`, button);
  return button;
}

function matrix() {
  const heads = classes.map((name) =>
    element("th", { scope: "col", title: name }, element("span", {}, name)));
  const rows = classes.map((name, row) => element("tr", {},
    element("th", { scope: "row", title: name }, name),
    ...data.clips.confusion[row].map((count, column) =>
      count ? element("td", {}, matrixButton(row, column, count)) : element("td", {}))));
  const head = element("tr", {}, element("th", {}, "shown ↓ said →"), ...heads);
  const first = buttons.values().next().value;
  if (first) first.tabIndex = 0;
  return element("div", { class: classes.length > MOST_IN_FULL ? "matrix tall" : "matrix" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
}

const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

// Arrow keys go to the next cell with clips, so that Tab need not pass hundreds of them.
function move(event, row, column) {
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  const isDownwards = step[0] !== 0;
  const places = [...buttons.keys()].map((key) => key.split(",").map(Number));
  const ahead = places
    .map(([r, c]) => isDownwards ? [(r - row) * step[0], Math.abs(c - column), r, c]
      : [(c - column) * step[1], Math.abs(r - row), r, c])
    .filter(([forward]) => forward > 0)
    .sort((a, b) => (a[1] - b[1]) || (a[0] - b[0]));
  if (ahead.length) focusCell(ahead[0][2], ahead[0][3]);
}

function focusCell(row, column) {
  for (const button of buttons.values()) button.tabIndex = -1;
  const button = buttons.get(`${row},${column}`);
  button.tabIndex = 0;
  button.focus();
}

const panel = element("div", { id: "panel", class: "card", hidden: "" });

function show(row, column) {
  const cell = cellOf.get(`${row},${column}`);
  for (const button of buttons.values()) button.setAttribute("aria-pressed", "false");
  buttons.get(`${row},${column}`).setAttribute("aria-pressed", "true");
  const words = row === column ? `${classes[row]} recognised` : `${classes[row]} taken for ${classes[column]}`;
  const title = element("h3", { tabindex: "-1" },
    `${words}: ${cell.count} of ${clipsWord(shownCount[row])} of ${classes[row]}`);
  const list = element("ul", { class: "clips" }, ...cell.clips.map((clip) => clipItem(clip, row, column)));
  panel.replaceChildren(title, list);
  if (cell.count > cell.clips.length) {
    panel.append(element("p", { class: "soft" },
      `and ${cell.count - cell.clips.length} more; report.json names all of them.`));
  }
  panel.hidden = false;
  panel.onkeydown = (event) => { if (event.key === "Escape") focusCell(row, column); };
  title.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
}

function clipItem(clip, row, column) {
  const item = element("li");
  if (clip.picture) item.append(element("img", { src: clip.picture, alt: "" }));
  const sure = `${classes[column]} ${share(clip.said)}`;
  item.append(element("b", {}, clip.name), element("span", { class: "soft" },
    row === column ? sure : `${sure}, ${classes[row]} ${share(clip.shown)}`));
  return item;
}

function pairs() {
  const items = data.clips.confused.map((pair) => {
    const words = `${pair.shown} taken for ${pair.said}: ${pair.count} (${share(pair.share)})`;
    const button = element("button", { type: "button" }, words);
    button.addEventListener("click", () => show(classes.indexOf(pair.shown), classes.indexOf(pair.said)));
    return element("li", {}, button);
  });
  return items.length ? [element("p", {}, "Most often confused:"), element("ul", { class: "pairs" }, ...items)]
    : [element("p", {}, "Nothing was confused.")];
}

function perClass() {
  const rows = Object.entries(data.clips.per_class)
    .sort((a, b) => a[1].f1 - b[1].f1)
    .map(([name, own]) => [name, withInterval(own.f1, own.f1_interval), share(own.precision),
      share(own.recall), String(own.count)]);
  const title = "Classes, the weakest first";
  return card(title, table(title, ["class", "F1", "precision", "recall", "clips"], rows));
}

function figures() {
  const images = Object.entries(data.figures).map(([title, source]) =>
    element("img", { src: source, alt: title }));
  return card("Is it as sure as it is right?",
    element("p", { class: "soft" }, "On the diagonal it is; below it the model promises too much."),
    element("div", { class: "figures" }, ...images));
}

function notes() {
  const lines = [...data.notes,
    ...Object.entries(data.unreadable).map(([name, why]) => `${name} cannot be read: ${why}`)];
  const items = lines.map((line) => element("li", {}, line));
  return lines.length ? [card("Notes", element("ul", { class: "notes" }, ...items))] : [];
}

report.replaceChildren(...head(), tiles(), comparison(),
  card("What was taken for what",
    element("p", { class: "soft" }, "Rows are what was shown, columns what was said. Choose a cell " +
      "to see its clips; the arrow keys go from cell to cell, Escape comes back."),
    matrix(), panel, ...pairs()),
  perClass(), figures(), ...notes());
