// What the browser itself can tell about a file: its kind, length, size and a small picture.
"use strict";

const readPreview = (() => {
  const PATIENCE_MS = 3000;
  const THUMB_WIDTH = 320;

  // Resolves to {kind, canShow, durationS, width, height, thumb}; kind is null where the browser
  // cannot read the file. The server may well be able to.
  return async function readPreview(file) {
    const readers = file.type.startsWith("image/") ? [readImage] : [readVideo, readImage];
    for (const reader of readers) {
      try {
        return await reader(file);
      } catch {
        // Not of this kind; the next reader tries.
      }
    }
    return { kind: null, canShow: false, thumb: null };
  };

  async function readImage(file) {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    return { kind: "image", canShow: true, width, height, thumb: draw(bitmap, width, height) };
  }

  async function readVideo(file) {
    const video = document.createElement("video");
    const url = URL.createObjectURL(file);
    try {
      Object.assign(video, { muted: true, preload: "auto", src: url });
      await event(video, "loadeddata");
      const [width, height] = [video.videoWidth, video.videoHeight];
      if (!width) throw new Error("sound without a picture");
      const durationS = Number.isFinite(video.duration) ? video.duration : null;
      video.currentTime = (durationS || 0) / 3;
      await event(video, "seeked");
      return { kind: "video", canShow: true, durationS, width, height, thumb: draw(video, width, height) };
    } finally {
      video.removeAttribute("src");
      URL.revokeObjectURL(url);
    }
  }

  function event(video, name) {
    return new Promise((resolve, reject) => {
      video.addEventListener(name, resolve, { once: true });
      video.addEventListener("error", () => reject(video.error), { once: true });
      setTimeout(() => reject(new Error(`no ${name}`)), PATIENCE_MS);
    });
  }

  function draw(picture, width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.min(width, THUMB_WIDTH);
    canvas.height = Math.max(1, Math.round(canvas.width * height / width));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.8);
  }
})();
