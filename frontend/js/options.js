// How to recognise: which model, how many answers, with a time line or an annotated copy.
"use strict";

// Sends up "again" when the file that is shown shall be recognised anew.
function mountOptions(root) {
  const form = root.querySelector("form");
  const again = root.querySelector(".again");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    emit(root, "again");
  });

  return {
    values: () => ({
      model: form.model.value,
      top_k: form.top_k.validity.valid ? Number(form.top_k.value) : 5,
      timeline: form.timeline.checked,
      annotate: form.annotate.checked,
    }),
    showModels(models) {
      const chosen = form.model.value;
      const named = models.map((model) => new Option(`${model.name} (${model.input}s)`, model.name));
      form.model.replaceChildren(new Option("The one that fits", ""), ...named);
      if (models.some((model) => model.name === chosen)) form.model.value = chosen;
    },
    showAgain(isPossible) {
      again.hidden = !isPossible;
    },
  };
}
