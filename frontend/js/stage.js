// The picture: the video or image itself, else what the server sent, else a word about it.
"use strict";

// Sends up "time" with the seconds on the screen.
function mountStage(root) {
  const [drop, video, image, blank, now] =
    [".drop", "video", "img", ".blank", ".now"].map((name) => root.querySelector(name));
  const caption = root.querySelector(".caption");
  const toggle = root.querySelector(".switch");
  const moves = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let shown = null, view = "original", source = null, played = null;

  function facts(run) {
    const input = run.answer?.input ?? {};
    const [width, height] = [input.width ?? run.width, input.height ?? run.height];
    const length = input.duration_s ?? run.durationS;
    return [
      run.kind !== "image" && length ? clock(length) : "",
      width ? `${width} × ${height}` : "",
      input.kind === "video" && input.fps ? `${Number(input.fps.toFixed(2))} frames/s` : "",
      run.file ? size(run.file.size) : "",
    ].filter(Boolean).join(" · ");
  }

  function place(node, url) {
    for (const other of [video, image]) other.hidden = other !== node;
    if (url === source) return;
    source = url;
    if (node !== video) video.removeAttribute("src");
    if (!node) return;
    node.src = url;
  }

  // Once the answer is there: before, the player would take the time of a server on this machine.
  function playOnce(run) {
    if (!moves || video.hidden || played === source || run.state !== "done") return;
    played = source;
    video.play().catch(() => {});
  }

  function showPicture(run) {
    const isAnnotated = view === "annotated" && run.annotated;
    const kind = run.answer?.input?.kind ?? run.kind;
    const still = run.answer?.preview || run.thumb;
    if (isAnnotated) place(kind === "video" ? video : image, run.annotated);
    else if (run.canShow && run.url) place(run.kind === "video" ? video : image, run.url);
    else if (still) place(image, still);
    else place(null, null);
    image.alt = `The picture of ${run.name}`;
    blank.hidden = !video.hidden || !image.hidden;
    blank.textContent = run.state === "failed" || run.state === "cancelled" ? "No picture of this file."
      : "A picture comes with the answer.";
  }

  function show(run) {
    if (run !== shown) view = run?.annotated ? "annotated" : "original";
    else if (run?.annotated && toggle.hidden) view = "annotated";
    shown = run;
    drop.classList.toggle("unseen", Boolean(run));
    caption.hidden = !run;
    if (!run) return;
    root.querySelector(".name").textContent = run.name;
    root.querySelector(".facts").textContent = facts(run);
    toggle.hidden = !run.annotated;
    for (const choice of toggle.children) choice.ariaPressed = String(choice.dataset.view === view);
    showPicture(run);
    playOnce(run);
    root.dataset.view = view;
  }

  toggle.addEventListener("click", (event) => {
    if (!event.target.dataset.view) return;
    view = event.target.dataset.view;
    show(shown);
  });

  // The event of the player comes four times a second only; the playhead moves with the picture.
  function follow() {
    emit(root, "time", video.currentTime);
    if (!video.paused && !video.ended) requestAnimationFrame(follow);
  }
  video.addEventListener("play", follow);
  video.addEventListener("seeked", () => emit(root, "time", video.currentTime));

  return {
    show,
    seek(seconds) {
      if (video.hidden) return;
      video.pause();
      video.currentTime = seconds;
    },
    // An annotated copy has its label drawn on it.
    label(text, tint) {
      now.textContent = text;
      now.dataset.tint = tint;
    },
  };
}
