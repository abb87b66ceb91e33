/* A toolbar and a living preview for text areas marked data-markdown. The words of the buttons
   come from the list in #markdown-tools, so that they are translated. */
(function () {
  "use strict";
  var WRAPS = { bold: ["**", "**"], italic: ["*", "*"], link: ["[", "](https://)"] };
  var PREFIXES = { heading: "## ", list: "- ", number: "1. ", quote: "> " };

  function put(area, before, after) {
    var start = area.selectionStart, end = area.selectionEnd;
    var words = area.value.slice(start, end);
    area.setRangeText(before + words + after, start, end, "end");
    if (!words) { area.selectionStart = area.selectionEnd = start + before.length; }
    changed(area);
  }

  function prefix(area, sign) {
    var start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    var end = area.selectionEnd;
    var lines = area.value.slice(start, end).split("\n");
    area.setRangeText(lines.map(function (line) { return sign + line; }).join("\n"), start, end, "end");
    changed(area);
  }

  function changed(area) {
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function act(area, name) {
    if (WRAPS[name]) { put(area, WRAPS[name][0], WRAPS[name][1]); } else { prefix(area, PREFIXES[name]); }
  }

  /* A table pasted from Word or Excel arrives as HTML: keep rows and cells, nothing else. */
  function tableOf(html) {
    var table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
    if (!table) { return ""; }
    var rows = Array.prototype.map.call(table.rows, function (row) {
      var cells = Array.prototype.map.call(row.cells, function (cell) {
        return cell.textContent.replace(/\s+/g, " ").replace(/\|/g, "\\|").trim();
      });
      return "| " + cells.join(" | ") + " |";
    });
    var columns = table.rows.length ? table.rows[0].cells.length : 0;
    rows.splice(1, 0, "|" + new Array(columns + 1).join(" --- |"));
    return "\n\n" + rows.join("\n") + "\n\n";
  }

  function paste(event) {
    var table = event.clipboardData ? tableOf(event.clipboardData.getData("text/html")) : "";
    if (!table) { return; }
    event.preventDefault();
    put(event.target, table, "");
  }

  function preview(area, box) {
    var timer = 0;
    function show() {
      window.htmx.ajax("POST", box.dataset.preview, {
        target: box, swap: "innerHTML", values: { markdown: area.value }
      });
    }
    area.addEventListener("input", function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(show, 400);
    });
    show();
  }

  function toolbar(area, tools) {
    var bar = tools.content.cloneNode(true).firstElementChild;
    bar.setAttribute("aria-controls", area.id);
    bar.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (button) { act(area, button.dataset.md); }
    });
    area.parentNode.insertBefore(bar, area);
  }

  document.addEventListener("DOMContentLoaded", function () {
    var tools = document.getElementById("markdown-tools");
    var box = document.querySelector("[data-preview]");
    document.querySelectorAll("textarea[data-markdown]").forEach(function (area, index) {
      if (tools) { toolbar(area, tools); }
      area.addEventListener("paste", paste);
      if (box && index === 0 && window.htmx) { preview(area, box); }
    });
  });
}());
