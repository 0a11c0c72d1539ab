// The history of this browser: IndexedDB, or memory where a browser forbids keeping things.
"use strict";

function openStore() {
  const NAME = "answers";

  function opened() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open("kinora", 1);
      request.onupgradeneeded = () => request.result.createObjectStore(NAME, { keyPath: "id" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  function done(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  function kept(database) {
    const answers = (mode) => database.transaction(NAME, mode).objectStore(NAME);
    return {
      isKept: true,
      all: () => done(answers("readonly").getAll()),
      put: (entry) => done(answers("readwrite").put(entry)),
      remove: (id) => done(answers("readwrite").delete(id)),
      clear: () => done(answers("readwrite").clear()),
    };
  }

  const forgotten = {
    isKept: false, all: async () => [], put: async () => {}, remove: async () => {}, clear: async () => {},
  };
  // Touching indexedDB already throws where it is forbidden.
  return new Promise((resolve) => { resolve(opened()); }).then(kept, () => forgotten);
}
