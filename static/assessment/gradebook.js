/* Typing marks: Enter and the arrows go down the column, a copied column is pasted down it, and
   leaving with marks that are not saved is asked about. */
(function () {
  "use strict";
  var form = document.querySelector("[data-column]");
  if (!form) return;
  var fields = Array.from(form.querySelectorAll("input[data-mark]"));
  var said = form.querySelector("[data-changed]");
  var isSending = false;

  function changed() {
    return fields.filter(function (field) { return field.value !== field.defaultValue; }).length;
  }

  function tell() {
    if (said) said.textContent = said.dataset.changed.replace("0", changed());
  }

  function go(field, by) {
    var next = fields[fields.indexOf(field) + by];
    if (next) { next.focus(); next.select(); }
    return Boolean(next);
  }

  form.addEventListener("keydown", function (event) {
    if (!event.target.matches("[data-mark]") || event.altKey || event.ctrlKey || event.metaKey) return;
    var by = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && (go(event.target, by) || event.key === "Enter")) event.preventDefault();
  });

  form.addEventListener("paste", function (event) {
    if (!event.target.matches("[data-mark]")) return;
    var lines = event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/);
    if (lines.length < 2) return;
    event.preventDefault();
    var from = fields.indexOf(event.target);
    lines.slice(0, fields.length - from).forEach(function (line, at) {
      fields[from + at].value = line.split("\t")[0].trim();
    });
    tell();
  });

  form.addEventListener("input", tell);
  form.addEventListener("submit", function () { isSending = true; });
  window.addEventListener("beforeunload", function (event) {
    if (!isSending && changed()) event.preventDefault();
  });
  tell();
})();
