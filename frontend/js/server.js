// Is the server there, and what does it know? Looks again by itself for as long as the page is open.
"use strict";

// Sends up "server" with {isThere, models} whenever either changes.
function mountServer(pill, dialog) {
  const AGAIN_MS = 2000;
  const text = pill.querySelector(".text");
  const state = dialog.querySelector(".state");
  const form = dialog.querySelector(".address");
  const list = dialog.querySelector(".models");
  let timer, round = 0, last = null;

  function modelItem(model) {
    const accuracy = model.scores?.accuracy;
    const facts = [`for ${model.input}s`, plural(model.classes.length, "action")];
    if (typeof accuracy === "number") facts.push(`${percent(accuracy * 100)} right on test clips`);
    if (model.default) facts.push("answers where none is chosen");
    return element("li", {},
      element("strong", { textContent: model.name }), ` ${facts.join(", ")}`,
      element("small", { textContent: model.classes.join(", ") }));
  }

  function brokenItem(model) {
    return element("li", {}, element("strong", { textContent: model.name }), ` cannot be used. ${model.reason}`);
  }

  function show(about, known) {
    pill.dataset.state = "there";
    text.textContent = "Connected";
    state.textContent = `Connected to ${api.address()} (Kinora ${about.version}).`;
    const items = [...known.models.map(modelItem), ...known.broken.map(brokenItem)];
    if (!items.length) items.push(element("li", { textContent: "None yet. A folder in models/ with a trained model appears here." }));
    list.replaceChildren(...items);
    tell({ isThere: true, models: known.models });
  }

  function showMissing() {
    pill.dataset.state = "missing";
    text.textContent = "No server";
    state.textContent = `No server answers at ${api.address()}. Start it with “make run” in the project’s folder; this page goes on by itself.`;
    list.replaceChildren(element("li", { textContent: "Known when the server is there." }));
    tell({ isThere: false, models: [] });
  }

  // Opens by itself once.
  function showLocked() {
    const isNew = pill.dataset.state !== "locked";
    pill.dataset.state = "locked";
    text.textContent = "Key wanted";
    state.textContent = api.key() ? "The server does not take this API key." : "The server wants an API key.";
    tell({ isThere: false, isLocked: true, models: [] });
    if (isNew && !dialog.open) open();
    if (isNew) form.key.focus();
  }

  function open() {
    form.address.value = api.address();
    form.key.value = api.key();
    dialog.showModal();
  }

  function tell(news) {
    const now = JSON.stringify([api.address(), news]);
    if (now === last) return;
    last = now;
    emit(pill, "server", news);
  }

  // An answer that comes after the address was changed is out of date.
  async function look() {
    clearTimeout(timer);
    const mine = ++round;
    try {
      const found = await Promise.all([api.about(), api.models()]);
      if (mine === round) show(...found);
    } catch (error) {
      if (mine === round) (error.status === 401 ? showLocked : showMissing)();
    }
    if (mine === round) timer = setTimeout(look, AGAIN_MS);
  }

  pill.addEventListener("click", open);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    api.choose(form.address.value.replace(/\/+$/, ""), form.key.value);
    look();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  look();
}
