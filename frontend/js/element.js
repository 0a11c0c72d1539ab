// Making elements and passing events up. Text always goes in as text.
"use strict";

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function button(text, onClick, properties = {}) {
  const node = element("button", { type: "button", textContent: text, ...properties });
  node.addEventListener("click", onClick);
  return node;
}

function emit(root, name, detail) {
  root.dispatchEvent(new CustomEvent(name, { detail }));
}
