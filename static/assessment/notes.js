/* Notes beside a work: chosen words or the number of a paragraph fill in the place of the next note, a
   place in a recording is heard. Without this script the place is chosen from the list. */
(function () {
  "use strict";
  var form = document.querySelector("[data-notes]");
  var place = document.querySelector("[name=note-place]");

  document.addEventListener("click", function (event) {
    var heard = event.target.closest("[data-seek]");
    if (!heard) return;
    var player = document.getElementById(heard.dataset.audio);
    if (!player) return;
    event.preventDefault();
    player.currentTime = Number(heard.dataset.seek);
    player.play();
  });
  if (!form || !place) return;

  var quote = document.querySelector("[name=note-quote]");
  var at = document.querySelector("[name=note-at]");
  var text = document.querySelector("[name=note-text]");
  var shown = form.querySelector("[data-quote]");
  var how = form.querySelector("[data-how]");

  function put(value, words) {
    place.value = value;
    quote.value = words;
    shown.textContent = words;
    shown.hidden = !words;
  }

  function write() {
    form.scrollIntoView({ block: "nearest" });
    text.focus();
  }

  document.querySelectorAll("[data-note-at]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { put(button.dataset.noteAt, ""); write(); });
  });

  document.querySelectorAll("[data-note-now]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var player = document.getElementById(button.dataset.audio);
      var second = Math.floor(player.currentTime);
      player.pause();
      put(button.dataset.noteNow, "");
      at.value = Math.floor(second / 60) + ":" + String(second % 60).padStart(2, "0");
      write();
    });
  });

  function blockOf(node) {
    var element = node && (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);
    return element && element.closest("[data-place]");
  }

  // Only words within one block: a note has one place.
  document.addEventListener("selectionchange", function () {
    var chosen = document.getSelection();
    var words = chosen.toString().trim();
    var block = blockOf(chosen.anchorNode);
    if (!words || words.length > 300 || !block || block !== blockOf(chosen.focusNode)) return;
    put(block.dataset.place, words);
  });

  place.addEventListener("change", function () { put(place.value, ""); });
  if (how) how.textContent = how.dataset.how + " " + how.textContent;
  if (quote.value) put(place.value, quote.value);
}());
