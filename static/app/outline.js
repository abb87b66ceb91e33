/* Drag and drop beside the Up and Down buttons: dropping posts the new place. */
(function () {
  "use strict";
  function cookie() {
    var found = /(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/.exec(document.cookie);
    return found ? decodeURIComponent(found[1]) : "";
  }

  function dropped(event) {
    var body = new FormData();
    body.append("position", String(event.newIndex + 1));
    if (event.to.dataset.lessons) { body.append("parent", event.to.dataset.lessons); }
    fetch(event.item.dataset.move, {
      method: "POST", body: body, headers: { "X-CSRFToken": cookie() }
    }).then(function () { window.location.reload(); }, function () { window.location.reload(); });
  }

  function sortable(element, handle, group) {
    window.Sortable.create(element, {
      handle: "[data-grip=" + handle + "]", group: group, animation: 120, onEnd: dropped
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    if (!window.Sortable) { return; }
    document.querySelectorAll("[data-tree]").forEach(function (tree) { sortable(tree, "module"); });
    document.querySelectorAll("[data-lessons]").forEach(function (list) {
      sortable(list, "lesson", "lessons");
    });
    document.querySelectorAll("[data-blocks]").forEach(function (list) { sortable(list, "block"); });
  });
}());
