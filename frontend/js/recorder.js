// The last seconds of the camera, ready to be kept at any moment.
"use strict";

// A recording cannot be cut at its front. So there are always two, one begun some seconds after the
// other; the older one is kept, or thrown away when it gets too long.
function startRecorder(stream) {
  const STEP_MS = 4000;
  const running = [];
  let timer;

  function begin() {
    if (running.length === 2) running.shift().stop();
    const recorder = new MediaRecorder(stream);
    recorder.start();
    running.push(recorder);
  }

  function finish(recorder) {
    return new Promise((resolve) => {
      recorder.addEventListener("dataavailable", (event) => resolve(event.data), { once: true });
      recorder.stop();
    });
  }

  begin();
  timer = setInterval(begin, STEP_MS);

  return {
    async keep() {
      const blob = await finish(running.shift());
      clearInterval(timer);
      if (!running.length) begin();
      timer = setInterval(begin, STEP_MS);
      const type = blob.type.split(";")[0];
      const now = new Date().toTimeString().slice(0, 8).replaceAll(":", ".");
      return new File([blob], `camera ${now}.${type === "video/mp4" ? "mp4" : "webm"}`, { type });
    },
    stop() {
      clearInterval(timer);
      for (const recorder of running.splice(0)) recorder.stop();
    },
  };
}
