// Files or camera. Arrow keys move between the tabs, as in every list of tabs.
"use strict";

// Sends up "tab" with the name of the panel that is shown.
function mountTabs(root) {
  const tabs = [...root.querySelectorAll("[role=tab]")];

  function choose(name) {
    for (const tab of tabs) {
      const isChosen = tab.getAttribute("aria-controls") === name;
      tab.ariaSelected = String(isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
    }
    emit(root, "tab", name);
  }

  root.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab.getAttribute("aria-controls"));
  });
  root.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    choose(next.getAttribute("aria-controls"));
  });
  return { choose };
}
