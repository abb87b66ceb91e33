/* Marking: adds up the points, saves with Ctrl+Enter, goes on with j and k, to a criterion with its
   number, to the comment with c; ? shows the list. The keys can be switched off and never act while typing. */
(function () {
  "use strict";
  var form = document.querySelector("[data-marking]");
  if (!form) return;
  var total = form.querySelector("[data-total]");
  var fields = Array.from(form.querySelectorAll("[data-points]"));
  var box = form.querySelector("[data-keys]");
  var choice = box.querySelector("input");
  var language = document.documentElement.lang;

  function add() {
    if (fields.some(function (field) { return field.value === ""; })) { total.textContent = "–"; return; }
    var sum = fields.reduce(function (so, field) { return so + Number(field.value); }, 0);
    total.textContent = sum.toLocaleString(language, { maximumFractionDigits: 2 });
  }

  function remembered() {
    try { return localStorage.getItem("marking-keys") !== "off"; } catch (error) { return true; }
  }

  function remember() {
    try { localStorage.setItem("marking-keys", choice.checked ? "on" : "off"); } catch (error) { return; }
  }

  function isTyping(target) {
    return target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
  }

  document.addEventListener("keydown", function (event) {
    if (!choice.checked || event.altKey || event.metaKey) return;
    if (event.ctrlKey && event.key === "Enter") {
      event.preventDefault();
      var next = form.querySelector("[data-next]");
      if (next) form.requestSubmit(next);
    } else if (!event.ctrlKey && !isTyping(event.target)) {
      act(event);
    }
  });

  function act(event) {
    var link = document.querySelector('a[data-key="' + CSS.escape(event.key) + '"]');
    var field = event.key === "c" ? form.querySelector("[name=comment]") : event.key === "?" ? choice : fields[Number(event.key) - 1];
    if (link) link.click();
    else if (field) {
      event.preventDefault();
      field.focus();
      if (field.select && field !== choice) field.select();
    }
  }

  // While somebody marks, the work stays theirs: the claim is renewed, at most once in five minutes.
  var kept = Date.now();
  function keep() {
    if (!form.dataset.keep || Date.now() - kept < 300000) return;
    kept = Date.now();
    var token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    fetch(form.dataset.keep, { method: "POST", headers: { "X-CSRFToken": token } }).catch(function () { kept = 0; });
  }

  // A stock comment goes to the end of the comment, without a way to the server.
  form.addEventListener("click", function (event) {
    var button = event.target.closest("[data-insert]");
    if (!button) return;
    event.preventDefault();
    var comment = form.querySelector("[name=comment]");
    var words = comment.value.replace(/\s+$/, "");
    comment.value = (words ? words + "\n" : "") + button.dataset.insert;
    comment.focus();
    comment.dispatchEvent(new Event("input", { bubbles: true }));
  });

  form.addEventListener("input", keep);
  document.addEventListener("scroll", keep, { passive: true });
  form.addEventListener("input", add);
  choice.addEventListener("change", remember);
  choice.checked = remembered();
  box.hidden = false;
  add();
}());
