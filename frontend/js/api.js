// The only file that talks to the server.
"use strict";

// The states in which nothing more happens.
const OVER = ["done", "failed", "cancelled"];

// The server answered, and said no.
class ServerError extends Error {
  constructor(status, body, retryAfterS) {
    super(body.message || `The server answered with status ${status}.`);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

// Nothing answered.
class NoServerError extends Error {
  constructor() {
    super(`No server answers at ${api.address()}.`);
  }
}

const api = (() => {
  const KEPT_ADDRESS = "kinora.server";
  const KEPT_KEY = "kinora.key";
  const USUAL = "http://127.0.0.1:5000";
  const PATIENCE_MS = 5000;
  const POLL_MS = 1000;
  const GONE = "The server is gone. This goes on by itself when it is back.";

  let chosen = null, chosenKey = null;

  // In this order: what was chosen on the page, the address bar, the last choice, where the page
  // came from, the usual place.
  function address() {
    const asked = new URLSearchParams(location.search).get("server");
    return (chosen || asked || usual()).replace(/\/+$/, "");
  }

  function usual() {
    const own = location.protocol.startsWith("http") ? location.origin : null;
    return remembered(KEPT_ADDRESS) || own || USUAL;
  }

  // A link with ?server= must not carry the key off to somebody else.
  function key() {
    const isOurs = chosen !== null || address() === usual();
    return isOurs ? chosenKey ?? remembered(KEPT_KEY) ?? "" : "";
  }

  // Some browsers forbid storage to pages from disk; the page works without.
  function remembered(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  }

  function choose(url, secret) {
    [chosen, chosenKey] = [url, secret];
    try {
      localStorage.setItem(KEPT_ADDRESS, url);
      localStorage.setItem(KEPT_KEY, secret);
    } catch {
      // Then it is asked for again next time.
    }
  }

  function headers() {
    return { Accept: "application/json", ...(key() && { "X-API-Key": key() }) };
  }

  // A body that is no JSON of ours means that something else answers there.
  function read(status, text, retryAfter) {
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      throw new ServerError(status, { message: `What answers at ${address()} is not Kinora.` });
    }
    if (status >= 200 && status < 300) return body;
    const isBusy = status === 429 || status === 503;
    throw new ServerError(status, body, isBusy ? Number(retryAfter) || 2 : undefined);
  }

  async function ask(path, method = "GET", signal = undefined) {
    const signals = [AbortSignal.timeout(PATIENCE_MS), ...(signal ? [signal] : [])];
    let answer, text;
    try {
      answer = await fetch(address() + path, {
        method, headers: headers(), signal: AbortSignal.any(signals),
      });
      text = await answer.text();
    } catch {
      if (signal?.aborted) throw signal.reason;
      throw new NoServerError();
    }
    return read(answer.status, text, answer.headers.get("Retry-After"));
  }

  // XMLHttpRequest, because fetch does not tell how far an upload is.
  function upload(path, file, fields, onUpload, signal) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append("file", file, file.name);
      request.open("POST", address() + path);
      for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => onUpload(event.loaded / event.total);
      request.upload.onload = () => onUpload(1);
      request.onerror = () => reject(new NoServerError());
      request.onabort = () => reject(signal.reason);
      request.onload = () => {
        try {
          resolve(read(request.status, request.responseText, request.getResponseHeader("Retry-After")));
        } catch (error) {
          reject(error);
        }
      };
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(form);
    });
  }

  // Resolves when the job has ended, however it ended. Where events do not get through (they bring no key), asks.
  function ended(job, onProgress, signal) {
    return new Promise((resolve, reject) => {
      const events = new EventSource(address() + job.links.events);
      const close = () => events.close();
      signal.addEventListener("abort", () => { close(); reject(signal.reason); }, { once: true });
      events.addEventListener("progress", (event) => onProgress(JSON.parse(event.data)));
      for (const state of OVER) {
        events.addEventListener(state, (event) => { close(); resolve(JSON.parse(event.data)); });
      }
      events.onerror = () => { close(); poll(job, onProgress, signal).then(resolve, reject); };
    });
  }

  // Jobs outlive their server, so one that is gone is waited for.
  async function poll(job, onProgress, signal) {
    for (;;) {
      const now = await ask(job.links.self, "GET", signal).catch((error) => {
        if (!(error instanceof NoServerError)) throw error;
        return { progress: null, message: GONE };
      });
      if (OVER.includes(now.state)) return now;
      onProgress(now);
      await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
      signal.throwIfAborted();
    }
  }

  // A long video: sent, followed, fetched. Cancelling ends the work on the server, too.
  async function job(file, fields, onUpload, onProgress, signal) {
    const started = await upload("/jobs", file, fields, onUpload, signal);
    signal.addEventListener("abort", () => { ask(started.links.self, "DELETE").catch(() => {}); });
    const end = await ended(started, onProgress, signal);
    if (end.state !== "done") {
      throw new ServerError(422, end.error || { message: "The server cancelled the work." });
    }
    return ask(started.links.result, "GET", signal);
  }

  async function fetchBlob(path) {
    const answer = await fetch(address() + path);
    if (!answer.ok) throw new ServerError(answer.status, {});
    return answer.blob();
  }

  // The camera's way: settings first, then one picture per message, one answer per message back.
  function stream(settings, { onAnswer, onEnd }) {
    const socket = new WebSocket(address().replace(/^http/, "ws") + "/stream");
    let reason = null;
    socket.onopen = () => socket.send(JSON.stringify({ ...settings, ...(key() && { api_key: key() }) }));
    socket.onmessage = (event) => {
      const body = JSON.parse(event.data);
      if (body.success === false) reason = body.message;
      else onAnswer(body);
    };
    socket.onclose = () => onEnd(reason);
    return {
      isOpen: () => socket.readyState === WebSocket.OPEN,
      send: (bytes) => socket.send(bytes),
      close: () => { socket.onclose = null; socket.close(); },
    };
  }

  return {
    GONE, address, key, choose, job, fetchBlob, stream,
    about: () => ask("/"),
    models: () => ask("/models"),
    samples: () => ask("/samples"),
    predict: (file, fields, onUpload, signal) => upload("/predict", file, fields, onUpload, signal),
  };
})();
