// Files come in here: chosen, dropped anywhere on the page, or pasted.
"use strict";

// Sends up "files" with a list of files.
function mountIntake(root) {
  const input = root.querySelector("input[type=file]");
  const screen = root.querySelector(".screen");
  let depth = 0;

  function give(files) {
    if (files.length) emit(root, "files", [...files]);
  }

  function mark(isOver) {
    if (!isOver) depth = 0;
    screen.classList.toggle("over", isOver);
  }

  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

  input.addEventListener("change", () => {
    give(input.files);
    input.value = ""; // so that the same file can be chosen again
  });
  root.querySelector(".another").addEventListener("click", () => input.click());
  // Entering a child comes before leaving its parent, so the depth tells when the page is left.
  window.addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) { depth += 1; mark(true); }
  });
  window.addEventListener("dragleave", () => { if (--depth <= 0) mark(false); });
  window.addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
  window.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    mark(false);
    give(event.dataTransfer.files);
  });
  window.addEventListener("paste", (event) => give(event.clipboardData?.files ?? []));
}
