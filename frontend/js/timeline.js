// What happens when: the segments under the player, in colours, clickable, with a playhead.
"use strict";

// Sends up "seek" with seconds, and "label" with {text, tint} of what happens now.
function mountTimeline(root) {
  const TINTS = 7;
  // What the server calls a time of which it is not sure; it is grey.
  const UNKNOWN = "unknown";
  const track = root.querySelector(".track");
  const graph = root.querySelector(".graph");
  const playhead = root.querySelector(".playhead");
  const ruler = root.querySelector(".ruler");
  const legend = root.querySelector(".legend");
  const tracks = root.querySelector(".tracks");
  let answer = null, durationS = 0, tints = new Map(), current = null;

  // The action that takes most of the time is the green one; the others follow.
  function tintActions(segments) {
    const totals = new Map();
    for (const s of segments) totals.set(s.action, (totals.get(s.action) ?? 0) + s.end_s - s.start_s);
    const order = [...totals].sort((a, b) => (a[0] === UNKNOWN) - (b[0] === UNKNOWN) || b[1] - a[1]);
    tints = new Map(order.map(([action], place) => [action, action === UNKNOWN ? TINTS : place % TINTS]));
    legend.replaceChildren(...order.map(([action, total]) => {
      const item = element("li", {}, element("span", { className: "swatch", ariaHidden: "true" }),
        `${action} `, element("small", { textContent: clock(total) }));
      item.dataset.tint = tints.get(action);
      return item;
    }));
  }

  function segmentItem(segment, place) {
    const text = `${segment.action}, ${clock(segment.start_s)} to ${clock(segment.end_s)}, ${percent(segment.confidence)}`;
    const node = button("", () => emit(root, "seek", segment.start_s), { title: text, ariaLabel: text, tabIndex: place ? -1 : 0 });
    node.append(element("span", { textContent: segment.action }));
    const item = element("li", {}, node);
    item.dataset.tint = tints.get(segment.action);
    item.style.left = `${100 * segment.start_s / durationS}%`;
    item.style.width = `${100 * (segment.end_s - segment.start_s) / durationS}%`;
    return item;
  }

  // Every second as a bar as high as the model was sure.
  function drawGraph(seconds) {
    graph.setAttribute("viewBox", `0 0 ${durationS} 100`);
    const paths = new Map();
    seconds.forEach(({ time_s: start, action, confidence }) => {
      const end = Math.min(start + 1, durationS);
      paths.set(action, `${paths.get(action) ?? ""}M${start} 100V${100 - confidence}H${end}V100Z`);
    });
    graph.replaceChildren(...[...paths].map(([action, path]) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", "path");
      node.setAttribute("d", path);
      node.dataset.tint = tints.get(action) ?? TINTS;
      return node;
    }));
  }

  function drawRuler() {
    const steps = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
    const step = steps.find((s) => durationS / s <= 6) ?? durationS / 6;
    const marks = [];
    for (let time = 0; time < durationS - step / 3; time += step) {
      const mark = element("span", { textContent: clock(time).replace(/\.0$/, "") });
      mark.style.left = `${100 * time / durationS}%`;
      marks.push(mark);
    }
    ruler.replaceChildren(...marks);
  }

  function show(run) {
    const next = run?.state === "done" && run.answer.segments?.length ? run.answer : null;
    root.hidden = !next;
    if (next === answer) return;
    answer = next;
    current = null;
    emit(root, "label", { text: "" });
    if (!answer) return;
    root.dataset.name = run.name.replace(/\.\w+$/, "");
    durationS = answer.input.duration_s || answer.segments.at(-1).end_s;
    tintActions(answer.segments);
    track.replaceChildren(...answer.segments.map(segmentItem));
    drawGraph(answer.seconds ?? []);
    drawRuler();
    setTime(0);
  }

  function setTime(seconds) {
    if (!answer) return;
    playhead.style.left = `${Math.min(100, 100 * seconds / durationS)}%`;
    const place = answer.segments.findIndex((s) => s.start_s <= seconds && seconds < s.end_s);
    if (place === current) return;
    current = place;
    [...track.children].forEach((item, i) => item.classList.toggle("current", i === place));
    const segment = answer.segments[place];
    emit(root, "label", segment
      ? { text: `${segment.action} ${percent(segment.confidence)}`, tint: tints.get(segment.action) } : { text: "" });
  }

  // One stop for the Tab key; the arrows go from segment to segment.
  track.addEventListener("keydown", (event) => {
    const nodes = [...track.querySelectorAll("button")];
    const at = nodes.indexOf(event.target);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: nodes.length - 1 }[event.key];
    if (!nodes[to]) return;
    event.preventDefault();
    nodes[at].tabIndex = -1;
    nodes[to].tabIndex = 0;
    nodes[to].focus();
  });
  tracks.addEventListener("click", (event) => {
    if (event.target.closest("button")) return;
    const box = tracks.getBoundingClientRect();
    emit(root, "seek", durationS * (event.clientX - box.left) / box.width);
  });
  root.querySelector(".bar .buttons").addEventListener("click", (event) => {
    const format = event.target.dataset.format;
    const name = `${root.dataset.name}.${format}`;
    if (format === "json") download(name, plainJson(answer), "application/json");
    if (format === "csv") download(name, segmentsAsCsv(answer.segments), "text/csv");
    if (format === "vtt") download(name, segmentsAsVtt(answer.segments), "text/vtt");
  });
  return { show, setTime };
}
