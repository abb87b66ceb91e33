// Tick boxes of a list: "all on this page", and the bar that counts what is ticked.
// Markup: <form data-selection> with boxes [data-pick], one [data-pick-all], a bar [data-bulk] with [data-bulk-count].
(function () {
  function refresh() {
    document.querySelectorAll("[data-selection]").forEach(function (list) {
      var picks = list.querySelectorAll("[data-pick]");
      var ticked = list.querySelectorAll("[data-pick]:checked").length;
      var all = list.querySelector("[data-pick-all]");
      var bar = list.querySelector("[data-bulk]");
      if (all) {
        all.checked = ticked > 0 && ticked === picks.length;
        all.indeterminate = ticked > 0 && ticked < picks.length;
      }
      if (bar) {
        bar.hidden = ticked === 0;
        bar.querySelector("[data-bulk-count]").textContent = ticked;
      }
    });
  }

  document.addEventListener("change", function (event) {
    var list = event.target.closest("[data-selection]");
    if (!list) return;
    if (event.target.matches("[data-pick-all]")) {
      list.querySelectorAll("[data-pick]").forEach(function (box) {
        box.checked = event.target.checked;
      });
    }
    refresh();
  });

  document.addEventListener("htmx:afterSwap", refresh);
  window.addEventListener("pageshow", refresh); // the browser restores ticks on "back"
  refresh();
})();
