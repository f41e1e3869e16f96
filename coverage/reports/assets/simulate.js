/* The page of a simulated year: what is folded is printed where it says so. Loads nothing. */
"use strict";

(function () {
  const folds = [...document.querySelectorAll("details")];
  let open = null; // what to go back to after a print

  window.addEventListener("beforeprint", () => {
    if (open) return;
    open = folds.filter((fold) => fold.open);
    folds.forEach((fold) => (fold.open = fold.classList.contains("printed")));
  });
  window.addEventListener("afterprint", () => {
    if (!open) return;
    folds.forEach((fold) => (fold.open = open.includes(fold)));
    open = null;
  });
  document.documentElement.classList.add("ready");
})();
