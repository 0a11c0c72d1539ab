// Everything this browser has asked: a card per file, the newest first, kept across reloads.
"use strict";

// Sends up "choose" and "cancel" with a run.
function mountHistory(root) {
  const SURE_MS = 4000;
  const list = root.querySelector(".cards");
  const [cancel, exporting, clear] = [".cancel", ".export", ".clear"].map((name) => root.querySelector(name));
  const cards = new Map();
  const isOver = (run) => OVER.includes(run.state);
  const opened = openStore();

  function outcome(run) {
    if (run.state === "done") return `${run.answer.action} ${percent(run.answer.prediction.confidence)}`;
    if (run.state === "failed") return "did not work";
    if (run.state === "cancelled") return "cancelled";
    const doing = run.state === "working" ? "recognising" : run.state;
    return typeof run.progress === "number" ? `${doing} ${Math.floor(run.progress * 100)} %` : doing;
  }

  function newCard(run) {
    const choose = button("", () => emit(root, "choose", run), { className: "choose" });
    choose.append(
      element("span", { className: "thumb" }, element("img", { alt: "", hidden: true })),
      element("span", { className: "outcome" }), element("span", { className: "name" }), element("time"));
    const away = button("×", () => remove(run), { className: "away" });
    const item = element("li", {}, choose, away);
    list.prepend(item);
    return item;
  }

  function show(run) {
    if (!cards.has(run.id)) cards.set(run.id, { run, item: newCard(run) });
    const { item } = cards.get(run.id);
    const [thumb, text, name, time] = item.firstChild.children;
    item.dataset.state = run.state === "done" && run.answer.unsure ? "unsure" : run.state;
    if (run.thumb && thumb.firstChild.src !== run.thumb) Object.assign(thumb.firstChild, { src: run.thumb, hidden: false });
    text.textContent = outcome(run);
    name.textContent = run.name;
    time.textContent = moment(run.date);
    item.lastChild.ariaLabel = isOver(run) ? `Remove ${run.name}` : `Cancel ${run.name}`;
    count();
  }

  function count() {
    const runs = [...cards.values()].map((card) => card.run);
    const busy = runs.filter((run) => !isOver(run)).length;
    cancel.hidden = busy < 2;
    clear.hidden = exporting.hidden = !runs.length;
    root.querySelector(".count").textContent = busy ? `${plural(busy, "file")} to go` : "";
    root.querySelector(".note").hidden = runs.length > 0;
  }

  async function remove(run) {
    if (!isOver(run)) return emit(root, "cancel", run);
    cards.get(run.id).item.remove();
    cards.delete(run.id);
    emit(root, "removed", run);
    count();
    return (await opened).remove(run.id);
  }

  // Pictures and answers are kept, the files themselves are not.
  async function keep(run) {
    const { id, date, name, kind, thumb, answer, fields, durationS } = run;
    await (await opened).put({ id, date, name, kind, thumb, answer, fields, durationS });
  }

  async function load() {
    const store = await opened;
    root.querySelector(".note").textContent = store.isKept
      ? "What you give it is listed here, in this browser only."
      : "What you give it is listed here until the page is closed: this browser does not let it be kept.";
    const entries = await store.all();
    for (const entry of entries.sort((a, b) => a.date - b.date)) show({ ...entry, state: "done" });
    count();
  }

  exporting.addEventListener("click", () => {
    const done = [...cards.values()].map((card) => card.run).filter((run) => run.state === "done");
    const entries = done.map(({ name, date, answer }) => ({ name, date: new Date(date).toISOString(), answer: JSON.parse(plainJson(answer)) }));
    download("kinora-history.json", JSON.stringify(entries, null, 2), "application/json");
  });

  // Asked twice, because it cannot be undone.
  clear.addEventListener("click", () => {
    if (!clear.dataset.asked) {
      clear.dataset.asked = "yes";
      clear.textContent = "Really clear?";
      setTimeout(calm, SURE_MS);
      return;
    }
    calm();
    for (const { run } of [...cards.values()]) if (isOver(run)) remove(run);
    opened.then((store) => store.clear());
  });
  function calm() {
    delete clear.dataset.asked;
    clear.textContent = "Clear";
  }

  cancel.addEventListener("click", () => {
    for (const { run } of cards.values()) if (!isOver(run)) emit(root, "cancel", run);
  });
  load();

  return {
    show, keep,
    choose(run) {
      for (const { run: other, item } of cards.values()) item.firstChild.ariaCurrent = String(other === run);
    },
  };
}
