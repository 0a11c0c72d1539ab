// Puts the page together: components send events up, and get data handed down from here.
"use strict";

(() => {
  const at = (id) => document.getElementById(id);
  const stage = mountStage(at("stage"));
  const samples = mountSamples(at("samples"));
  const timeline = mountTimeline(at("timeline"));
  const answer = mountAnswer(at("answer"));
  const options = mountOptions(at("options"));
  const frames = mountFrames(at("frames"));
  const history = mountHistory(at("history"));
  const tabs = mountTabs(at("tabs"));
  const camera = mountCamera(at("camera"));
  const runs = createRuns(onRun);

  let server = { isThere: null, models: [] };
  let chosen = null;

  function announce(text) {
    at("live").textContent = text;
  }

  function show() {
    stage.show(chosen);
    answer.show(chosen, server);
    timeline.show(chosen);
    frames.show(chosen);
    options.showAgain(Boolean(chosen?.file) && OVER.includes(chosen.state));
    history.choose(chosen);
    document.body.classList.toggle("started", Boolean(chosen));
  }

  function choose(run) {
    chosen = run;
    show();
    if (run?.state === "done") runs.explain(run);
  }

  function onRun(run) {
    if (run.isGone) return; // removed while its frames were fetched
    const isNews = run.heard !== run.state;
    run.heard = run.state;
    if (run.state === "done") {
      run.fields = runs.fields(run);
      history.keep(run);
      if (isNews) fetchAnnotated(run);
    }
    history.show(run);
    if (run !== chosen) return;
    show();
    if (isNews) tell(run);
    if (run.state === "done") runs.explain(run);
  }

  function tell(run) {
    const said = {
      uploading: `Uploading ${run.name}.`, recognising: `Recognising ${run.name}.`,
      failed: run.message, cancelled: "Cancelled.", waiting: run.message,
      done: run.answer && `${run.answer.unsure ? "Not sure, perhaps " : ""}${run.answer.action}, ${percent(run.answer.prediction.confidence)}.`,
    }[run.state];
    if (said) announce(said);
  }

  async function fetchAnnotated(run) {
    if (!run.answer.annotated) return;
    try {
      run.annotated = URL.createObjectURL(await api.fetchBlob(run.answer.annotated.url));
    } catch {
      run.answer.warnings.push("The annotated copy could not be fetched.");
    }
    if (run === chosen) show();
  }

  function take(event) {
    tabs.choose("files");
    const added = event.detail.map((file) => runs.add(file, options.values()));
    choose(added[0]);
  }

  // The camera goes on meanwhile; the answer comes in the history.
  function keepClip(event) {
    for (const file of event.detail) runs.add(file, options.values());
    announce("The last seconds are in the history.");
  }

  function again(run) {
    runs.again(run, options.values());
  }

  function onServer(event) {
    const was = server.isThere;
    server = event.detail;
    runs.setServer(server.isThere);
    options.showModels(server.models);
    samples.show(server.isThere);
    camera.showModels(server.models);
    if (!chosen) show();
    if (was !== null && was !== server.isThere) announce(server.isThere ? "The server is back." : "The server does not answer.");
  }

  mountIntake(at("stage"));
  for (const id of ["stage", "samples"]) at(id).addEventListener("files", take);
  at("stage").addEventListener("time", (event) => timeline.setTime(event.detail));
  for (const id of ["frames", "timeline"]) at(id).addEventListener("seek", (event) => stage.seek(event.detail));
  at("timeline").addEventListener("label", (event) => stage.label(event.detail.text, event.detail.tint));
  at("options").addEventListener("again", () => again(chosen));
  at("answer").addEventListener("retry", (event) => again(event.detail));
  for (const id of ["answer", "history"]) at(id).addEventListener("cancel", (event) => runs.cancel(event.detail));
  at("answer").addEventListener("server", () => at("server-button").click());
  at("camera").addEventListener("files", keepClip);
  at("camera").addEventListener("say", (event) => announce(event.detail));
  at("history").addEventListener("choose", (event) => { tabs.choose("files"); choose(event.detail); });
  at("history").addEventListener("removed", (event) => {
    event.detail.isGone = true;
    URL.revokeObjectURL(event.detail.url);
    if (event.detail === chosen) choose(null);
  });
  at("tabs").addEventListener("tab", (event) => { if (event.detail !== "camera") camera.stop(); });
  at("home").addEventListener("click", () => { tabs.choose("files"); choose(null); });
  at("server-button").addEventListener("server", onServer);
  show();
  mountServer(at("server-button"), at("server-dialog"));
})();
