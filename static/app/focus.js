// Moves focus to the error summary, on load and after htmx has put a form back with errors.
(function () {
  function focusSummary() {
    var summary = document.querySelector("[data-focus]");
    if (summary) summary.focus();
  }

  // Groups of boxes have no single control: their link goes to the first one.
  document.addEventListener("click", function (event) {
    var link = event.target.closest(".error-summary a");
    var field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    var control = field.matches("fieldset") ? field.querySelector("input") || field : field;
    control.focus();
    control.scrollIntoView({ block: "center" });
  });

  document.addEventListener("htmx:afterSwap", focusSummary);
  focusSummary();
})();
