// The theme switch and the folding menus of the header. Folds are <details>: they open without this file.
(function () {
  var root = document.documentElement;

  function markSwitches() {
    var dark = root.getAttribute("data-bs-theme") === "dark";
    document.querySelectorAll("[data-theme-toggle]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(dark));
    });
  }

  function switchTheme() {
    var next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    root.setAttribute("data-bs-theme", next);
    try {
      localStorage.setItem("theme", next);
    } catch (error) {
      return; // storage is switched off: the choice lasts for this page
    } finally {
      markSwitches();
    }
  }

  function closeFolds(except) {
    document.querySelectorAll("details[data-fold][open]").forEach(function (fold) {
      if (fold !== except) fold.open = false;
    });
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-theme-toggle]")) switchTheme();
    closeFolds(event.target.closest("details[data-fold]"));
  });

  document.addEventListener("keydown", function (event) {
    var open = document.querySelector("details[data-fold][open]");
    if (event.key !== "Escape" || !open) return;
    closeFolds(null);
    open.querySelector("summary").focus();
  });

  markSwitches();
})();
