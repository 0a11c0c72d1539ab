// Sends the camera's pictures to the server and measures how many answers come back, and how soon.
"use strict";

// Args: the playing video, the canvas that pictures are taken on, the settings, what to call.
function startLive(video, canvas, settings, { onFrame, onAnswer, onEnd }) {
  // One is on its way while one is recognised. More would only wait in a row and add delay.
  const IN_FLIGHT = 2;
  const SIDE = 320;
  const RATE_MS = 2000;
  const AGAIN_MS = 2000;

  const pen = canvas.getContext("2d", { alpha: false });
  let socket = null, isOver = false, timer;
  let flying = [], answered = [], sent = 0;

  function connect() {
    [flying, sent] = [[], 0];
    socket = api.stream(settings, { onAnswer: answer, onEnd: end });
  }

  function end(reason) {
    onEnd(reason);
    if (reason) stop();
    else timer = setTimeout(connect, AGAIN_MS);
  }

  // Answers tell the number of their frame; those before it were dropped for newer ones.
  function answer(body) {
    const now = performance.now();
    const { takenAt } = flying.find((one) => one.number === body.frame) ?? { takenAt: now };
    flying = flying.filter((one) => one.number > body.frame);
    answered = [...answered.filter((one) => now - one.now < RATE_MS), { now, delay: now - takenAt }];
    const delays = answered.map((one) => one.delay).sort((a, b) => a - b);
    const span = now - answered[0].now;
    const rate = span > 0 ? 1000 * (answered.length - 1) / span : 0;
    onAnswer(body, { rate, delayMs: delays[Math.floor(delays.length / 2)] });
  }

  function take() {
    if (isOver) return;
    next();
    if (!socket.isOpen() || flying.length >= IN_FLIGHT || !video.videoWidth) return;
    const scale = Math.min(1, SIDE / Math.min(video.videoWidth, video.videoHeight));
    const [width, height] = [video.videoWidth, video.videoHeight].map((side) => Math.round(side * scale));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const takenAt = performance.now();
    pen.drawImage(video, 0, 0, width, height);
    const bytes = encoded();
    flying.push({ number: ++sent, takenAt });
    socket.send(bytes);
    onFrame(bytes, takenAt);
  }

  // At once. Through toBlob, browsers let a picture wait for a quiet moment, which is delay.
  function encoded() {
    const [, base64] = canvas.toDataURL("image/jpeg", 0.85).split(",");
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  }

  // With the camera's own frames where the browser tells of them, so that none is sent twice.
  function next() {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(take);
    else requestAnimationFrame(take);
  }

  function stop() {
    isOver = true;
    clearTimeout(timer);
    socket.close();
  }

  connect();
  next();
  return { stop };
}
