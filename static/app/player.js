// The lesson player: says that the lesson is open, keeps the place in recordings, tells what was played.
(function () {
  var page = document.querySelector("[data-player]");
  if (!page) return;
  var EVERY = 15000;

  function body(fields) {
    var data = new FormData();
    data.append("csrfmiddlewaretoken", page.dataset.token);
    Object.keys(fields).forEach(function (name) {
      data.append(name, fields[name]);
    });
    return data;
  }

  function stretches(media) {
    var rows = [];
    for (var i = 0; i < media.played.length; i += 1) {
      rows.push([media.played.start(i), media.played.end(i)]);
    }
    return JSON.stringify(rows);
  }

  function report(block, media) {
    return body({
      block: block,
      position: media.currentTime,
      duration: media.duration,
      at: Date.now(),
      played: stretches(media),
    });
  }

  function markDone(block) {
    document.querySelectorAll('[data-watched="' + block + '"]').forEach(function (node) {
      node.hidden = false;
    });
    document
      .querySelectorAll('[data-unwatched="' + block + '"], [data-left="' + block + '"]')
      .forEach(function (node) {
        node.hidden = true;
      });
  }

  function clock(seconds) {
    var whole = Math.floor(seconds);
    var rest = String(whole % 60);
    return Math.floor(whole / 60) + ":" + (rest.length < 2 ? "0" + rest : rest);
  }

  function follow(frame) {
    var block = frame.dataset.watch;
    var media = frame.querySelector("video, audio");
    var start = parseFloat(frame.dataset.position) || 0;
    var told = 0;

    function tell() {
      if (!media.duration) return;
      told = Date.now();
      fetch(page.dataset.player, { method: "POST", body: report(block, media), credentials: "same-origin" })
        .then(function (answer) {
          return answer.ok ? answer.json() : {};
        })
        .then(function (answer) {
          if (answer.done) markDone(block);
        })
        .catch(function () {
          told = 0; // the line is down: the next report carries everything played so far
        });
    }

    media.addEventListener("loadedmetadata", function () {
      if (start > 0 && start < media.duration - 5) media.currentTime = start;
    });
    media.addEventListener("timeupdate", function () {
      if (!media.paused && Date.now() - told > EVERY) tell();
    });
    media.addEventListener("pause", tell);
    media.addEventListener("ended", tell);
    window.addEventListener("pagehide", function () {
      if (media.duration) navigator.sendBeacon(page.dataset.player, report(block, media));
    });
    showPlace(block, start);
  }

  function showPlace(block, start) {
    var note = document.querySelector('[data-unwatched="' + block + '"] [data-resumed]');
    if (note && start > 0) note.textContent = note.dataset.resumed + " " + clock(start);
  }

  document.querySelectorAll("[data-watch]").forEach(follow);
  if (page.dataset.open) navigator.sendBeacon(page.dataset.open, body({}));
})();
