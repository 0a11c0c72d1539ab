// The bars of confidence, the same for a file and for the camera.
"use strict";

// Rows are kept and only changed, so that a live answer does not rebuild the list.
function mountBars(list) {
  function row() {
    return element("li", {},
      element("span", { className: "action" }), " ", element("span", { className: "value" }),
      element("span", { className: "rail", ariaHidden: "true" }, element("span", { className: "fill" })));
  }

  return {
    show(top) {
      while (list.children.length < top.length) list.append(row());
      while (list.children.length > top.length) list.lastChild.remove();
      top.forEach((entry, place) => {
        const [action, value, rail] = list.children[place].children;
        action.textContent = entry.action;
        value.textContent = percent(entry.confidence);
        rail.firstChild.style.transform = `translateX(${entry.confidence - 100}%)`;
      });
    },
  };
}
