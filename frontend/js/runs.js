// One run per file: read, uploaded, recognised. A few at once; the rest wait for their turn.
"use strict";

function createRuns(onChange) {
  const AT_ONCE = 2;
  const LONG_S = 20;
  // Where the browser cannot tell the length, a file of this size is taken for a long one.
  const LARGE_BYTES = 30e6;

  const waiting = [];
  let active = 0;
  let isServerThere = false;
  let count = 0;

  function change(run, news) {
    Object.assign(run, news);
    onChange(run);
  }

  function add(file, options) {
    const run = {
      id: `${Date.now()}-${String(++count).padStart(4, "0")}`, date: Date.now(),
      name: file.name || "pasted", file, options, stop: new AbortController(),
      url: null, kind: null, canShow: false, thumb: null, answer: null,
    };
    wait(run, "");
    return run;
  }

  function wait(run, message) {
    waiting.push(run);
    change(run, { state: "waiting", progress: null, message });
    pump();
  }

  function pump() {
    while (isServerThere && active < AT_ONCE && waiting.length) {
      active += 1;
      work(waiting.shift()).finally(() => { active -= 1; pump(); });
    }
  }

  async function work(run) {
    try {
      if (!run.url) {
        change(run, { state: "reading" });
        change(run, { ...await readPreview(run.file), url: URL.createObjectURL(run.file) });
      }
      run.stop.signal.throwIfAborted();
      const answer = await (isLong(run) ? byJob(run) : directly(run));
      change(run, { state: "done", answer });
    } catch (error) {
      await settle(run, error);
    }
  }

  function isLong(run) {
    if (run.kind === "image") return false;
    return run.options.timeline || run.durationS > LONG_S || (!run.canShow && run.file.size > LARGE_BYTES);
  }

  // The fields of the request. A long video is explained in the same go; a short one afterwards,
  // so that the answer comes first.
  function fields(run) {
    const { model, top_k, annotate } = run.options;
    return {
      ...(model && { model }), top_k, ...(annotate && { annotate: 1 }),
      ...(isLong(run) && { timeline: 1, explain: 1 }),
    };
  }

  function directly(run) {
    return api.predict(run.file, fields(run), (part) => uploaded(run, part), run.stop.signal);
  }

  function byJob(run) {
    const onProgress = (job) => change(run, { state: "working", progress: job.progress, message: job.message });
    return api.job(run.file, fields(run), (part) => uploaded(run, part), onProgress, run.stop.signal);
  }

  function uploaded(run, part) {
    if (part === 1) change(run, { state: "recognising", progress: null });
    else change(run, { state: "uploading", progress: part });
  }

  async function settle(run, error) {
    if (run.stop.signal.aborted) return change(run, { state: "cancelled" });
    if (error.retryAfterS) {
      change(run, { state: "waiting", progress: null, message: `${error.message} Trying again by itself.` });
      return void setTimeout(() => { if (!run.stop.signal.aborted) wait(run, ""); }, error.retryAfterS * 1000);
    }
    if (error instanceof ServerError) return change(run, { state: "failed", message: error.message });
    try {
      await api.about();
    } catch {
      isServerThere = false;
      return wait(run, api.GONE);
    }
    return change(run, {
      state: "failed", message: "The upload broke off. It is a folder, has changed meanwhile, or is larger than the server takes.",
    });
  }

  // The frames that were looked at, and a picture where the browser has none.
  async function explain(run) {
    if (!run.file || run.explaining || run.answer.explanation || isLong(run)) return;
    run.explaining = true;
    try {
      const { model, top_k } = run.options;
      const wanted = { ...(model && { model }), top_k, explain: 1 };
      const { explanation, preview } = await api.predict(run.file, wanted, () => {}, run.stop.signal);
      Object.assign(run.answer, { explanation, preview });
      change(run, { thumb: run.thumb || preview });
    } catch (error) {
      change(run, { unexplained: error.message });
    }
  }

  function cancel(run) {
    run.stop.abort();
    const place = waiting.indexOf(run);
    if (place >= 0) waiting.splice(place, 1);
    if (run.state === "waiting") change(run, { state: "cancelled" });
  }

  function again(run, options) {
    Object.assign(run, {
      options, stop: new AbortController(), answer: null, explaining: false, unexplained: null,
      annotated: null, date: Date.now(),
    });
    wait(run, "");
  }

  function setServer(isThere) {
    isServerThere = isThere;
    pump();
  }

  return { add, cancel, again, explain, fields, setServer };
}
