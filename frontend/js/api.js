// The only file that talks to the server.
"use strict";

const api = (() => {
  const KEY = "kinora.server";
  const USUAL = "http://127.0.0.1:5000";
  const PATIENCE_MS = 5000;

  let chosen = null;

  // In this order: what was chosen on the page, the address bar, the last choice, where the page
  // came from, the usual place.
  function address() {
    const asked = new URLSearchParams(location.search).get("server");
    const own = location.protocol.startsWith("http") ? location.origin : null;
    return (chosen || asked || remembered() || own || USUAL).replace(/\/+$/, "");
  }

  // Some browsers forbid storage to pages from disk; the page works without.
  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function choose(url) {
    chosen = url;
    try {
      localStorage.setItem(KEY, url);
    } catch {
      // Then it is asked for again next time.
    }
  }

  async function get(path) {
    const answer = await fetch(address() + path, {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.message);
    return body;
  }

  return { address, choose, get };
})();
