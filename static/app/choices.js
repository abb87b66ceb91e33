// Colours the chosen answer of a question (browsers of the floor lack :has).
(function () {
  function mark() {
    document.querySelectorAll(".choice").forEach(function (choice) {
      var input = choice.querySelector("input");
      choice.classList.toggle("chosen", Boolean(input && input.checked));
    });
  }

  document.addEventListener("change", mark);
  document.addEventListener("htmx:afterSwap", mark);
  window.addEventListener("pageshow", mark);
})();
