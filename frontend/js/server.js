// Is the server there, and what does it know? Looks again by itself until it is found.
"use strict";

function mountServer(root) {
  const AGAIN_MS = 2000;
  const state = root.querySelector(".state");
  const form = root.querySelector("form");
  const list = root.querySelector(".models");
  let timer;

  function item(title, text) {
    const entry = document.createElement("li");
    const name = document.createElement("strong");
    name.textContent = title;
    entry.append(name, ` ${text}`);
    return entry;
  }

  function show(about, known) {
    state.textContent = `Connected to ${api.address()} (Kinora ${about.version}).`;
    state.dataset.ok = "yes";
    const entries = known.models.map((model) =>
      item(model.name, `(${model.input}): ${model.classes.join(", ")}`));
    entries.push(...known.broken.map((model) => item(model.name, `cannot be used. ${model.reason}`)));
    if (!entries.length) {
      entries.push(item("None yet.", "A folder in models/ with a trained model appears here."));
    }
    list.replaceChildren(...entries);
  }

  function showMissing() {
    state.textContent =
      `No server answers at ${api.address()}. Start it with “make run” in the project's folder; ` +
      "this page goes on by itself.";
    state.dataset.ok = "no";
    list.replaceChildren();
  }

  async function look() {
    clearTimeout(timer);
    try {
      show(...await Promise.all([api.get("/"), api.get("/models")]));
    } catch {
      showMissing();
    }
    timer = setTimeout(look, AGAIN_MS);
  }

  form.address.value = api.address();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    api.choose(form.address.value);
    look();
  });
  look();
}
