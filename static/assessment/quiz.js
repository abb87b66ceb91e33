// A test: saves each answer on change, keeps what could not be sent, shows the time that is left.
// What waits is kept under `lms:<person>:quiz:<attempt>`, so that signing out wipes it.
(function () {
  var form = document.querySelector("[data-quiz]");
  var owner = form || document.querySelector("[data-quiz-review]");
  if (!owner) return;
  var PREFIX = "lms:" + owner.dataset.person + ":";
  var STORE = PREFIX + "quiz:" + owner.dataset.attempt;
  var saved = document.getElementById("saved");
  var offline = document.querySelector("[data-offline]");
  var sending = false;
  var typing = null;

  function stored() {
    try {
      return JSON.parse(localStorage.getItem(STORE)) || {};
    } catch (error) {
      return {}; // storage is forbidden or was spoilt: there is nothing to send again
    }
  }

  function store(waiting) {
    try {
      if (Object.keys(waiting).length) localStorage.setItem(STORE, JSON.stringify(waiting));
      else localStorage.removeItem(STORE);
    } catch (error) {
      return false; // the banner says that the connection is lost; the page still holds the answer
    }
    return true;
  }

  function forgetOthers() {
    try {
      Object.keys(localStorage).forEach(function (key) {
        if (key.indexOf("lms:") === 0 && key.indexOf(PREFIX) !== 0) localStorage.removeItem(key);
      });
    } catch (error) {
      return; // nothing is kept where storage is forbidden
    }
  }

  function say(words) {
    if (saved && words) saved.textContent = words;
  }

  function banner(name) {
    if (!offline) return;
    var words = offline.querySelector("[data-offline-words]");
    offline.hidden = !name;
    if (name) words.textContent = words.getAttribute("data-words-" + name);
  }

  function fields() {
    var data = new FormData(form);
    data.delete("csrfmiddlewaretoken");
    return Array.from(data.entries());
  }

  function keep() {
    var waiting = stored();
    var question = form.elements.question.value;
    waiting[question] = { revision: Number(form.elements.revision.value), fields: fields(), to: form.action };
    store(waiting);
    form.elements.revision.value = Number(form.elements.revision.value) + 1;
    return send();
  }

  function body(entry) {
    var data = new URLSearchParams();
    entry.fields.forEach(function (field) {
      data.append(field[0], field[0] === "revision" ? entry.revision : field[1]);
    });
    return data;
  }

  // Sends what waits, one after the other; what fails waits on.
  function send() {
    if (sending) return sending;
    var waiting = stored();
    var question = Object.keys(waiting)[0];
    if (!question) return Promise.resolve(true);
    var entry = waiting[question];
    var token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    sending = fetch(entry.to, {
      method: "POST",
      body: body(entry),
      headers: { Accept: "application/json", "X-CSRFToken": token },
      redirect: "manual",
    })
      .then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.status === 403) throw new Error("signed-out");
        if (answer.status >= 500) throw new Error("offline");
        return answer.json().then(function (facts) {
          return { status: answer.status, facts: facts };
        });
      })
      .then(function (answer) {
        sending = false;
        drop(question, entry.revision);
        taken(question, answer);
        return send();
      })
      .catch(function (error) {
        sending = false;
        banner(error.message === "signed-out" ? "signed-out" : "offline");
        return false;
      });
    return sending;
  }

  function drop(question, revision) {
    var waiting = stored();
    if (waiting[question] && waiting[question].revision <= revision) delete waiting[question];
    store(waiting);
  }

  function taken(question, answer) {
    if (answer.status === 410) {
      store({});
      window.location.assign(answer.facts.url);
      return;
    }
    if (offline && !offline.hidden) banner(Object.keys(stored()).length ? "offline" : "sent");
    say(answer.facts.message);
    if (answer.status === 200) mark(question, answer.facts);
    if (answer.status === 409) conflict(question, answer.facts);
  }

  function mark(question, facts) {
    var place = document.querySelector('[data-place="' + question + '"]');
    if (!place || !form) return;
    place.classList.toggle("answered", facts.answered);
    place.classList.toggle("flagged", facts.flagged);
    var words = [facts.answered ? form.dataset.wordsAnswered : form.dataset.wordsBlank];
    if (facts.flagged) words.push(form.dataset.wordsMarked);
    place.querySelector("[data-place-words]").textContent = " " + words.join(" ");
  }

  // Saved elsewhere meanwhile: offer the newest, take nothing away unasked.
  function conflict(question, facts) {
    if (!form || form.elements.question.value !== question) return;
    form.elements.revision.value = facts.revision + 1;
    if (document.getElementById("newest")) return;
    var link = document.createElement("a");
    link.id = "newest";
    link.href = window.location.href;
    link.className = "btn btn-outline btn-sm";
    link.textContent = form.dataset.wordsReload;
    saved.after(link);
  }

  function handIn() {
    var target = document.getElementById("hand-in");
    var say = document.querySelector("[data-timer-said]");
    if (say) say.textContent = say.dataset.wordsOver;
    send().then(function () {
      target.submit();
    });
  }

  function clock() {
    var timer = document.querySelector("[data-timer]");
    if (!timer) return null;
    var said = document.querySelector("[data-timer-said]");
    var left = timer.querySelector("[data-timer-left]");
    var button = timer.querySelector("[data-timer-toggle]");
    var deadline = Date.parse(timer.dataset.deadline);
    // The server's clock decides: ours only counts the seconds since the page was made.
    var ahead = Date.parse(timer.dataset.now) - performance.timeOrigin;
    var told = {};
    var over = false;
    function remaining() {
      return Math.round((deadline - (performance.timeOrigin + performance.now() + ahead)) / 1000);
    }
    function announce(seconds) {
      [["one", 60], ["five", 300], ["ten", 600]].some(function (step) {
        if (seconds > step[1] || seconds <= step[1] - 60) return false;
        if (!told[step[0]]) said.textContent = said.getAttribute("data-words-" + step[0]);
        told[step[0]] = true;
        return true;
      });
    }
    function tick() {
      var seconds = remaining();
      announce(seconds);
      timer.classList.toggle("soon", seconds <= 300);
      var shown = Math.max(seconds, 0);
      left.textContent = Math.floor(shown / 60) + ":" + String(shown % 60).padStart(2, "0");
      if (seconds <= 0 && !over) {
        over = true;
        handIn();
      }
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      left.hidden = !left.hidden;
      button.setAttribute("aria-pressed", String(left.hidden));
    });
    tick();
    window.setInterval(tick, 1000);
    return function (moved) {
      if (Date.parse(moved) === deadline) return;
      deadline = Date.parse(moved);
      told = {};
      said.textContent = said.dataset.wordsMoved;
      say(said.dataset.wordsMoved);
    };
  }

  // In an examination room: a sign of life for the invigilator, who may have added minutes.
  function keepContact(moveDeadline) {
    var address = owner.dataset.contact;
    if (!address) return;
    var token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    function call() {
      fetch(address, { method: "POST", headers: { "X-CSRFToken": token, "X-Background": "1" }, redirect: "manual" })
        .then(function (answer) {
          if (answer.status === 410) handIn(); // the room was closed, or this test was stopped
          return answer.ok ? answer.json() : {};
        })
        .then(function (facts) {
          if (facts.deadline && moveDeadline) moveDeadline(facts.deadline);
        })
        .catch(function () {
          return false; // the connection is lost: the saves say so, and the board sees it
        });
    }
    call();
    window.setInterval(call, 30000);
  }

  function watch() {
    form.addEventListener("change", keep);
    form.addEventListener("input", function (event) {
      if (!event.target.matches("input[name=text]")) return;
      window.clearTimeout(typing);
      typing = window.setTimeout(keep, 800);
    });
    form.addEventListener("submit", function (event) {
      var to = event.submitter && event.submitter.value;
      event.preventDefault();
      window.clearTimeout(typing);
      keep().then(function (sent) {
        if (!sent || document.getElementById("newest")) return;
        if (form.hasAttribute("data-one-way")) goOn(to);
        else go(to);
      });
    });
  }

  // Where one only goes forward the server moves the place: the form itself is sent.
  function goOn(to) {
    var field = document.createElement("input");
    field.type = "hidden";
    field.name = "den";
    field.value = to;
    form.append(field);
    form.submit();
  }

  function go(to) {
    var review = document.querySelector(".quiz-map .btn").href;
    window.location.assign(to === "xem-lai" ? review : "?cau=" + encodeURIComponent(to));
  }

  forgetOthers();
  keepContact(clock());
  if (form) watch();
  var left = Object.keys(stored());
  if (left.length) {
    send().then(function (sent) {
      // What this page shows is older than what was just sent.
      if (sent) window.location.reload();
    });
  }
  window.addEventListener("online", send);
  window.setInterval(send, 5000);
  window.addEventListener("beforeunload", function (event) {
    if (Object.keys(stored()).length) event.preventDefault();
  });
})();
