// The last seconds of the camera, ready to be kept at any moment.
"use strict";

// Holds the very pictures that the server saw, which costs nothing; a film is made of them when it
// is asked for. (Recording all the time would take half of the pictures a slow machine can send.)
function createRecorder() {
  const SPAN_MS = 6000;
  const KEY_EVERY = 25;
  let shots = [];

  function add(bytes, timeMs) {
    shots = [...shots.filter((shot) => timeMs - shot.timeMs < SPAN_MS), { bytes, timeMs }];
  }

  async function keep() {
    const taken = shots;
    const pictures = await Promise.all(taken.map(({ bytes }) => createImageBitmap(new Blob([bytes], { type: "image/jpeg" }))));
    const { width, height } = pictures[0];
    const frames = [];
    const encoder = new VideoEncoder({
      output: (chunk) => {
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        frames.push({ bytes, timeMs: Math.round(chunk.timestamp / 1000), isKey: chunk.type === "key" });
      },
      error: () => {}, // flushing fails then, too
    });
    encoder.configure({ codec: "vp8", width, height, bitrate: 1.5e6 });
    pictures.forEach((picture, place) => {
      const timestamp = Math.round(1000 * (taken[place].timeMs - taken[0].timeMs));
      const frame = new VideoFrame(picture, { timestamp });
      encoder.encode(frame, { keyFrame: place % KEY_EVERY === 0 });
      frame.close();
      picture.close();
    });
    await encoder.flush();
    encoder.close();
    const lengthMs = frames.at(-1).timeMs;
    const step = lengthMs / Math.max(1, frames.length - 1);
    const name = `camera ${new Date().toTimeString().slice(0, 8).replaceAll(":", ".")}.webm`;
    return new File([writeWebm(frames, width, height, lengthMs + step)], name, { type: "video/webm" });
  }

  return { add, keep, canKeep: () => shots.length > 1 && "VideoEncoder" in window };
}
