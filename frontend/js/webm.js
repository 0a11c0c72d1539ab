// Writes encoded VP8 frames as a WebM file that every browser plays and can jump about in.
"use strict";

// Args: [{bytes, timeMs, isKey}], the first one a key frame; the size of the picture; the length.
function writeWebm(frames, width, height, durationMs) {
  const whole = (value) => {
    const bytes = [];
    for (let rest = value; rest > 0 || !bytes.length; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
    return new Uint8Array(bytes);
  };
  const real = (value) => new Uint8Array(new Float64Array([value]).buffer).reverse();
  const text = (value) => new TextEncoder().encode(value);
  const length = (parts) => parts.reduce((sum, part) => sum + part.length, 0);

  // An element is its name, its length in eight bytes, and its content.
  function put(name, ...parts) {
    const head = [...whole(name), 1, ...new Uint8Array(new BigUint64Array([BigInt(length(parts))]).buffer).reverse().slice(1)];
    const bytes = new Uint8Array(head.length + length(parts));
    bytes.set(head);
    let place = head.length;
    for (const part of parts) { bytes.set(part, place); place += part.length; }
    return bytes;
  }

  const head = put(0x1A45DFA3,
    put(0x4286, whole(1)), put(0x42F7, whole(1)), put(0x42F2, whole(4)), put(0x42F3, whole(8)),
    put(0x4282, text("webm")), put(0x4287, whole(2)), put(0x4285, whole(2)));
  const info = put(0x1549A966, // times are in milliseconds
    put(0x2AD7B1, whole(1e6)), put(0x4489, real(durationMs)), put(0x4D80, text("Kinora")), put(0x5741, text("Kinora")));
  const tracks = put(0x1654AE6B, put(0xAE,
    put(0xD7, whole(1)), put(0x73C5, whole(1)), put(0x83, whole(1)), put(0x86, text("V_VP8")),
    put(0xE0, put(0xB0, whole(width)), put(0xBA, whole(height)))));

  // A cluster for each key frame, and a cue that points to it.
  const groups = [];
  for (const frame of frames) {
    if (frame.isKey) groups.push([]);
    groups.at(-1).push(frame);
  }
  const clusters = groups.map((group) => put(0x1F43B675, put(0xE7, whole(group[0].timeMs)),
    ...group.map((frame) => {
      const after = frame.timeMs - group[0].timeMs;
      return put(0xA3, [0x81, after >> 8, after & 255, frame.isKey ? 0x80 : 0], frame.bytes);
    })));
  let place = info.length + tracks.length;
  const cues = clusters.map((cluster, i) => {
    const cue = put(0xBB, put(0xB3, whole(groups[i][0].timeMs)), put(0xB7, put(0xF7, whole(1)), put(0xF1, whole(place))));
    place += cluster.length;
    return cue;
  });
  const segment = put(0x18538067, info, tracks, ...clusters, put(0x1C53BB6B, ...cues));
  return new Blob([head, segment], { type: "video/webm" });
}
