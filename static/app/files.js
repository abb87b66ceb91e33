// Shows the name of a chosen file beside our own label (an English browser says "Choose File").
(function () {
  document.addEventListener("change", function (event) {
    var box = event.target.closest("[data-file]");
    if (!box) return;
    var names = Array.from(event.target.files, function (file) {
      return file.name;
    });
    var face = box.querySelector("[data-file-name]");
    face.dataset.none = face.dataset.none || face.textContent;
    face.textContent = names.join(", ") || face.dataset.none;
  });
})();
