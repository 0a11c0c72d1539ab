// The camera itself: which there are, opening one, and why it may not open.
"use strict";

const lens = (() => {
  const REASONS = {
    NotAllowedError: "The browser was not allowed to use the camera. Allow it beside the address bar, then start again.",
    NotFoundError: "No camera was found. Connect one, then start again, or drop a video instead.",
    OverconstrainedError: "That camera is gone. Choose another one.",
    NotReadableError: "Another program uses the camera. Close it, then start again.",
    AbortError: "The camera stopped while it was starting. Start it again.",
  };

  async function open(deviceId) {
    if (!navigator.mediaDevices) {
      throw new Error("The browser gives cameras only to pages from this machine or over HTTPS. Open the page as http://127.0.0.1 or from disk.");
    }
    const video = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
    if (deviceId) video.deviceId = { exact: deviceId };
    try {
      return await navigator.mediaDevices.getUserMedia({ video });
    } catch (error) {
      throw new Error(REASONS[error.name] ?? "The camera did not start. Try another one, or another browser.");
    }
  }

  // Names are empty until a camera was allowed.
  async function list() {
    const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
    return devices.filter((device) => device.kind === "videoinput");
  }

  return { open, list };
})();
