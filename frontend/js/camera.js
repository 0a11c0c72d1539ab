// The camera: live answers over the picture, with their rate and delay.
"use strict";

// Sends up "files" with the last seconds as a clip, and "say" with what a screen reader shall tell.
function mountCamera(root) {
  const TOP = 5;
  // A live answer changes many times a second; it is told at most this often.
  const SAY_MS = 3000;
  const OFF = "They appear here, several a second, while the camera runs.";
  const [video, blank, now, rate, keep] =
    ["video", ".blank", ".now", ".rate", ".keep"].map((name) => root.querySelector(name));
  const form = root.querySelector("form");
  const card = root.querySelector(".answer");
  const [device, start] = [form.device, form.querySelector("[type=submit]")];
  const canvas = document.createElement("canvas");
  let media = null, live = null, recorder = createRecorder(), models = [];
  let told = { action: null, at: 0 };

  const verdict = element("strong", { className: "action" });
  const value = element("span", { className: "value" });
  const perhaps = element("span", { className: "perhaps" });
  const hint = element("p", { className: "hint" });
  const list = element("ol", { className: "bars" });
  const bars = mountBars(list);

  function showHint(text) {
    card.dataset.state = "empty";
    hint.textContent = text;
    card.querySelector(".body").replaceChildren(element("p", { className: "title", textContent: "Live answers" }), hint);
  }

  function showAnswer(body, { rate: perSecond, delayMs }) {
    if (card.dataset.state === "empty") {
      card.querySelector(".body").replaceChildren(element("p", { className: "verdict" }, perhaps, verdict, value), list);
    }
    const isUnsure = body.warming_up || body.unsure;
    card.dataset.state = isUnsure ? "unsure" : "sure";
    perhaps.textContent = body.warming_up ? "Watching …" : body.unsure ? "Not sure, perhaps" : "";
    verdict.textContent = body.action;
    value.textContent = percent(body.confidence);
    bars.show(body.top);
    now.hidden = rate.hidden = false;
    now.textContent = `${body.action} ${percent(body.confidence)}`;
    rate.textContent = `${perSecond.toFixed(0)} frames/s · ${Math.round(delayMs)} ms delay`;
    if (!isUnsure) tell(body.action);
  }

  function tell(action) {
    const at = performance.now();
    if (action === told.action || at - told.at < SAY_MS) return;
    told = { action, at };
    emit(root, "say", action);
  }

  async function listDevices() {
    const found = await lens.list();
    const chosen = media?.getVideoTracks()[0].getSettings().deviceId ?? device.value;
    device.replaceChildren(...found.map((one, place) => new Option(one.label || `Camera ${place + 1}`, one.deviceId)));
    if (!found.length) device.append(new Option("The first one", ""));
    if (found.some((one) => one.deviceId === chosen)) device.value = chosen;
  }

  async function begin() {
    stop();
    start.disabled = true;
    try {
      media = await lens.open(device.value);
    } catch (error) {
      return showStopped(error.message);
    } finally {
      start.disabled = false;
    }
    video.srcObject = media;
    blank.hidden = true;
    start.textContent = "Stop";
    showHint("Looking …");
    // Pulled out, or taken back in the browser's settings.
    media.getVideoTracks()[0].addEventListener("ended", () => showStopped("The camera was taken away. Connect it, then start again."));
    await video.play();
    if (!media) return undefined; // stopped meanwhile
    live = startLive(video, canvas, { top_k: TOP, ...videoModel() }, { onFrame: remember, onAnswer: showAnswer, onEnd: lost });
    return listDevices();
  }

  function remember(bytes, timeMs) {
    recorder.add(bytes, timeMs);
    keep.disabled = !recorder.canKeep();
  }

  // Live answers come from a model for videos; one for single images also does.
  function videoModel() {
    const best = models.find((model) => model.input === "video" && model.default) ?? models[0];
    return best ? { model: best.name } : {};
  }

  function lost(reason) {
    now.hidden = rate.hidden = true;
    if (reason) showStopped(reason);
    else showHint("The connection to the server broke. This goes on by itself when it is back.");
  }

  function stop() {
    live?.stop();
    for (const track of media?.getTracks() ?? []) track.stop();
    media = live = video.srcObject = null;
    recorder = createRecorder();
    keep.disabled = true;
    start.textContent = "Start";
    now.hidden = rate.hidden = true;
  }

  function showStopped(text) {
    stop();
    blank.hidden = false;
    blank.textContent = text;
    showHint(OFF);
    emit(root, "say", text);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (media) showStopped("The camera is off.");
    else begin();
  });
  device.addEventListener("change", () => { if (media) begin(); });
  keep.addEventListener("click", async () => {
    keep.disabled = true;
    emit(root, "files", [await recorder.keep()]);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && media) showStopped("The camera stopped because the page was hidden. Start it again.");
  });
  navigator.mediaDevices?.addEventListener("devicechange", listDevices);
  showHint(OFF);
  listDevices();

  return {
    stop: () => { if (media) showStopped("The camera is off."); },
    showModels: (known) => { models = known; },
  };
}
