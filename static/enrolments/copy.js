// Buttons that copy the text of an element: <button data-copy="id">, and beside it [data-copied].
document.addEventListener("click", function (event) {
  var button = event.target.closest("[data-copy]");
  if (!button) return;
  navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent).then(function () {
    var said = button.parentElement.querySelector("[data-copied]");
    if (said) said.hidden = false;
  });
});
