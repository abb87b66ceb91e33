/* Keeps the draft of a work while it is written: two seconds after the last key, and on leaving
   the field. A draft saved in another window is never overwritten: the form then shows both. */
(function () {
  "use strict";
  var form = document.querySelector("[data-work]");
  var field = form && form.querySelector("[data-work-text]");
  if (!field) return;
  var revision = form.querySelector("input[name=revision]");
  var status = form.querySelector("[data-saved] span");
  var kept = field.value;
  var timer = null;
  var busy = false;
  var leaving = false;

  function say(text) {
    status.textContent = text;
  }

  function save() {
    window.clearTimeout(timer);
    if (busy || field.value === kept) return;
    var sent = field.value;
    var body = new URLSearchParams({ text: sent, revision: revision.value });
    busy = true;
    window.fetch(form.dataset.save, {
      method: "POST",
      body: body,
      headers: { "X-CSRFToken": form.querySelector("input[name=csrfmiddlewaretoken]").value },
      credentials: "same-origin"
    }).then(function (answer) {
      return answer.json();
    }).then(function (facts) {
      busy = false;
      if (facts.error) { say(facts.error); return; }
      kept = sent;
      revision.value = facts.revision;
      say(facts.saved);
      if (field.value !== kept) later();
    }).catch(function () {
      busy = false;
      say(form.dataset.offline);
      timer = window.setTimeout(save, 10000);
    });
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 2000);
  }

  field.addEventListener("input", function () {
    say(form.dataset.unsaved);
    later();
  });
  field.addEventListener("blur", save);
  form.addEventListener("submit", function () {
    leaving = true;
    window.clearTimeout(timer);
  });
  window.addEventListener("beforeunload", function (event) {
    if (!leaving && field.value !== kept) event.preventDefault();
  });
}());
