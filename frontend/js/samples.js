// The samples that come with the server, as small pictures to click.
"use strict";

// Sends up "files" with the sample as a file.
function mountSamples(root) {
  const list = root.querySelector("ul");

  function picture(sample) {
    const url = api.address() + sample.url;
    if (sample.kind === "image") return element("img", { src: url, alt: "", loading: "lazy" });
    const video = element("video", { src: `${url}#t=0.5`, muted: true, preload: "metadata", tabIndex: -1 });
    return Object.assign(video, { playsInline: true, loop: true, ariaHidden: "true" });
  }

  async function take(sample, chip) {
    chip.disabled = true;
    try {
      const blob = await api.fetchBlob(sample.url);
      emit(root, "files", [new File([blob], sample.name, { type: blob.type })]);
    } catch {
      chip.title = "This sample could not be fetched. Try it again.";
    }
    chip.disabled = false;
  }

  function chipOf(sample) {
    const stem = sample.name.replace(/\.\w+$/, "").replaceAll("_", " ");
    const name = sample.kind === "image" ? `${stem} (image)` : stem;
    const chip = button("", () => take(sample, chip), { className: "sample" });
    const shown = picture(sample);
    chip.append(shown, element("span", { textContent: name }));
    if (shown.play && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      chip.addEventListener("pointerenter", () => shown.play().catch(() => {}));
      chip.addEventListener("pointerleave", () => shown.pause());
    }
    return element("li", {}, chip);
  }

  return {
    async show(isServerThere) {
      let samples = [];
      try {
        if (isServerThere) ({ samples } = await api.samples());
      } catch {
        // A server without samples; the page does without them.
      }
      root.hidden = !samples.length;
      list.replaceChildren(...samples.map(chipOf));
    },
  };
}
