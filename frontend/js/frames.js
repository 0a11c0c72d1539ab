// The frames that were looked at: when, how much each counted, and where.
"use strict";

// Sends up "seek" with the seconds of the frame that was clicked.
function mountFrames(root) {
  const strip = root.querySelector(".strip");
  const note = root.querySelector(".note");
  const where = root.querySelector("input");
  let shown = null, shape = "";

  function heatOf(rows) {
    const canvas = element("canvas", { className: "heat", width: rows[0].length, height: rows.length, ariaHidden: "true" });
    const pen = canvas.getContext("2d");
    const pixels = pen.createImageData(canvas.width, canvas.height);
    rows.flat().forEach((value, place) => pixels.data.set([255, 196, 0, 200 * value], place * 4));
    pen.putImageData(pixels, 0, 0);
    return canvas;
  }

  // As wide as the file's own frames, before the pictures are there.
  function pictureOf(...children) {
    const picture = element("span", { className: "picture" }, ...children);
    picture.style.aspectRatio = shape;
    return picture;
  }

  function frameItem(frame, most, isImage) {
    const part = frame.weight / (most || 1);
    const share = element("span", { className: "share", ariaHidden: "true" });
    share.style.transform = `translateX(${100 * part - 100}%)`;
    const picture = pictureOf(element("img", { src: frame.image, alt: "" }));
    if (frame.heat) picture.append(heatOf(frame.heat));
    const time = isImage ? "the image" : clock(frame.time_s);
    const node = button("", () => emit(root, "seek", frame.time_s), {
      ariaLabel: `Frame at ${time}, counted ${percent(frame.weight * 100)}. Show it.`,
    });
    node.append(picture, element("span", { className: "rail" }, share), element("span", { className: "time", textContent: time }));
    return element("li", { className: part === 1 ? "most" : "" }, node);
  }

  function emptyItem(time) {
    return element("li", {}, pictureOf(),
      element("span", { className: "rail" }), element("span", { className: "time", textContent: clock(time) }));
  }

  function show(run) {
    const answer = run?.state === "done" ? run.answer : null;
    const times = answer?.input?.frames_used_s ?? [];
    const frames = answer?.explanation?.frames ?? [];
    root.hidden = !(frames.length || times.length);
    if (root.hidden || (shown?.answer === answer && shown.count === frames.length && !run.unexplained)) return;
    shown = { answer, count: frames.length };
    shape = `${answer.input.width} / ${answer.input.height}`;
    const most = Math.max(...frames.map((frame) => frame.weight));
    const isImage = answer.input.kind === "image";
    note.textContent = run.unexplained
      ? `The frames could not be fetched. ${run.unexplained}`
      : `${isImage ? "" : "The longer the line under a frame, the more it counted. "}Yellow marks what counted most.`;
    strip.classList.toggle("single", isImage);
    where.parentElement.hidden = !frames.some((frame) => frame.heat);
    strip.replaceChildren(...(frames.length
      ? frames.map((frame) => frameItem(frame, most, isImage))
      : times.map(emptyItem)));
    const top = strip.querySelector(".most");
    if (top) strip.scrollLeft = top.offsetLeft - (strip.clientWidth - top.clientWidth) / 2;
  }

  where.addEventListener("change", () => strip.classList.toggle("plain", !where.checked));
  return { show };
}
