// Blocks the first paint on purpose: the page must not flash in the other theme.
(function () {
  var root = document.documentElement;
  var stored = null;
  try {
    stored = localStorage.getItem("theme");
  } catch (error) {
    stored = null; // storage is switched off: follow the system
  }
  var dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.setAttribute("data-bs-theme", stored || (dark ? "dark" : "light"));
  root.classList.add("js");
})();
