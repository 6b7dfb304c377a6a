// The queue: choose all at once, and say on the button how many are chosen. Without this the form works as it
// is.
"use strict";
(() => {
  const boxes = [...document.querySelectorAll("input[name=pilih]")];
  const all = document.querySelector("[data-pick-all]");
  const count = document.querySelector("[data-pick-count]");
  const button = document.querySelector("[data-pick-button]");
  if (!boxes.length || !all || !button) return;
  const words = button.querySelector("span"), plain = words.textContent;
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    count.textContent = chosen ? count.dataset.pickCount.replace("{}", chosen) : "";
    words.textContent = chosen ? button.dataset.pickButton.replace("{}", chosen) : plain;
  };
  all.closest("label").hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; tell(); });
  for (const box of boxes) box.addEventListener("change", tell);
  tell();
})();
