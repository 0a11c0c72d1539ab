// The answer in large, or what is being done about it.
"use strict";

// Sends up "cancel", "retry" and "server" (to change the address).
function mountAnswer(root) {
  const body = root.querySelector(".body");
  const WORDS = {
    waiting: "Waiting", reading: "Opening", uploading: "Uploading", recognising: "Recognising",
    working: "Recognising",
  };
  const STEPS = { decode: "reading", recognize: "recognising", annotate: "drawing", explain: "explaining" };
  let shownFor = null;

  const line = (className, textContent) => element("p", { className, textContent });

  function fill(state, ...parts) {
    root.dataset.state = state;
    body.replaceChildren(...parts);
  }

  function showNothing({ isThere, isLocked, models }) {
    shownFor = null;
    if (isThere === null) return fill("empty", line("hint", "Looking for the server …"));
    if (isLocked) return fill("missing", line("title", "The server wants a key"), button("Enter it", () => emit(root, "server")));
    if (!isThere) return showMissing();
    if (!models.length) return showNoModels();
    const actions = [...new Set(models.flatMap((model) => model.classes))].sort();
    return fill("empty",
      line("title", "The answer appears here"),
      line("hint", `${plural(models.length, "model")} ready, for ${plural(actions.length, "action")}:`),
      element("ul", { className: "chips" }, ...actions.map((name) => element("li", { textContent: name }))));
  }

  function copier(text, label) {
    const node = button(label, async () => {
      await copyText(text());
      node.textContent = "Copied";
      setTimeout(() => { node.textContent = label; }, 1500);
    });
    return node;
  }

  function command(text) {
    return element("div", { className: "command" }, element("code", { textContent: text }), copier(() => text, "Copy"));
  }

  function showMissing() {
    fill("missing", line("title", "No server yet"),
      line("hint", `Nothing answers at ${api.address()}. Start the server in the project’s folder:`),
      command("make run"),
      line("hint", "This page goes on by itself when it is up."),
      button("Use another address", () => emit(root, "server")));
  }

  function showNoModels() {
    fill("missing", line("title", "No model yet"),
      line("hint", "The server is there, but its models/ folder is empty. Render clips of people and train on them:"),
      command("kinora data synth data/people --clips-per-action 40"),
      command("kinora train data/people --out models/people"),
      line("hint", "The new model appears here by itself."));
  }

  function showProgress(run) {
    const word = WORDS[run.state];
    if (shownFor !== run || root.dataset.state !== "busy") {
      fill("busy", line("title", ""),
        element("progress", { max: 1, ariaLabel: "Progress" }), line("hint", ""),
        button("Cancel", () => emit(root, "cancel", run), { className: "stop" }));
    }
    const [title, bar, hint] = body.children;
    const isKnown = typeof run.progress === "number";
    title.textContent = isKnown ? `${word} ${Math.floor(run.progress * 100)}\u00a0%` : `${word} …`;
    if (isKnown) bar.value = run.progress;
    else bar.removeAttribute("value");
    hint.textContent = run.message || "";
  }

  function showFailure(run) {
    const isCancelled = run.state === "cancelled";
    const parts = [
      line("title", isCancelled ? "Cancelled" : "That did not work"),
      line("hint", isCancelled ? "Nothing was recognised." : run.message),
    ];
    if (run.file) parts.push(button("Try again", () => emit(root, "retry", run)));
    fill("failed", ...parts);
  }

  function doubt(answer) {
    if (answer.unsure) return "Not sure, perhaps";
    return answer.segments?.length > 1 ? "Over the whole video" : "";
  }

  function timing(run) {
    const { timings_ms: spent, model } = run.answer;
    const { total, ...steps } = spent;
    const parts = Object.entries(steps).map(([name, ms]) => `${STEPS[name] ?? name} ${took(ms)}`);
    return `Answered by ${model.name} in ${took(total)}${parts.length ? `: ${parts.join(", ")}` : ""}.`;
  }

  function takeAway(run) {
    const stem = run.name.replace(/\.\w+$/, "");
    const parts = [
      copier(() => plainJson(run.answer), "Copy JSON"),
      copier(() => curlCommand(run.name, run.fields), "Copy curl"),
      button("Download", () => download(`${stem}.json`, plainJson(run.answer), "application/json")),
    ];
    if (run.annotated) {
      const suffix = run.answer.annotated.url.match(/\.\w+$/)?.[0] ?? "";
      parts.push(element("a", {
        className: "button", href: run.annotated, download: `${stem}-annotated${suffix}`, textContent: "Download annotated",
      }));
    }
    return element("div", { className: "buttons" }, ...parts);
  }

  function showAnswer(run) {
    const { answer } = run;
    const bars = element("ol", { className: "bars" });
    mountBars(bars).show(answer.top);
    fill(answer.unsure ? "unsure" : "sure",
      element("p", { className: "verdict" },
        element("span", { className: "perhaps", textContent: doubt(answer) }),
        element("strong", { className: "action", textContent: answer.action }),
        element("span", { className: "value", textContent: percent(answer.prediction.confidence) })),
      bars,
      element("ul", { className: "warnings" }, ...answer.warnings.map((text) => element("li", { textContent: text }))),
      line("timing", timing(run)),
      takeAway(run));
  }

  return {
    show(run, server) {
      if (!run) return showNothing(server);
      if (run.state === "done") showAnswer(run);
      else if (run.state in WORDS) showProgress(run);
      else showFailure(run);
      shownFor = run;
    },
  };
}
