// The session of a person who is at work does not end under them. While keys, pointer or fields are used, the server
// is told every two minutes; before an idle session ends there is a warning with a button; after its end the page
// stays, so that nothing typed is lost, except on a shared computer, where it gives way to the sign-in page.
(function () {
  var box = document.querySelector("[data-session]");
  if (!box) return;
  var idle = Number(box.dataset.idle) * 1000;
  var warn = Number(box.dataset.warn) * 1000;
  var tellEvery = Math.min(120000, idle / 5);
  var ends = Date.now() + idle;
  var told = Date.now();
  var used = 0;
  var shown = "";
  var asking = false;

  function part(name) {
    return box.querySelector("[data-session-" + name + "]");
  }

  // A message is put into the live region once, when it changes: it is read aloud then and not again.
  function show(what) {
    if (shown === what) return;
    shown = what;
    var alert = part("alert");
    alert.textContent = "";
    if (what) alert.appendChild(part(what).content.cloneNode(true));
    var at = alert.querySelector("[data-session-at]");
    if (at) at.textContent = new Date(ends).toTimeString().slice(0, 5);
    part("acts-soon").hidden = what !== "soon";
    part("acts-over").hidden = what !== "over";
    box.classList.toggle("is-shown", what !== "");
  }

  function back() {
    return box.dataset.signIn + "?ended=idle&next=" + encodeURIComponent(location.pathname + location.search);
  }

  function over() {
    if ("shared" in box.dataset) {
      location.assign(back());
      return;
    }
    show("over");
  }

  // Another sign-in brings another token; the forms of this page take it over.
  function renew(token) {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach(function (field) {
      field.value = token;
    });
    if (document.body.hasAttribute("hx-headers")) {
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    }
  }

  function heard(facts) {
    if (String(facts.person) !== box.dataset.person) {
      show("other");
      return;
    }
    ends = Date.now() + facts.seconds * 1000;
    renew(facts.csrf);
    if (facts.seconds * 1000 > warn) show("");
  }

  function ask(keep) {
    if (asking) return;
    asking = true;
    var token = document.querySelector("input[name=csrfmiddlewaretoken]");
    var headers = keep ? { "X-CSRFToken": token ? token.value : "" } : { "X-Background": "1" };
    fetch(keep ? box.dataset.keep : box.dataset.left, {
      method: keep ? "POST" : "GET",
      headers: headers,
      redirect: "manual",
      credentials: "same-origin",
      cache: "no-store",
    })
      .then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.status === 403) return over();
        if (answer.ok) return answer.json().then(heard);
      })
      .catch(function () {
        return; // the line is down: the clock of this page goes on
      })
      .then(function () {
        asking = false;
      });
  }

  function tell() {
    told = Date.now();
    ask(true);
  }

  function look() {
    var now = Date.now();
    if (shown === "over" || shown === "other") return;
    if (used > told && now - told > tellEvery) tell();
    else if (now >= ends) ask(false);
    else if (now >= ends - warn) {
      if (shown === "soon") return;
      ask(false); // another tab may have been at work
      show("soon");
    }
  }

  ["keydown", "pointerdown", "input", "wheel"].forEach(function (name) {
    document.addEventListener(
      name,
      function () {
        used = Date.now();
      },
      { passive: true, capture: true }
    );
  });
  part("keep").addEventListener("click", tell);
  part("link").href = back();
  window.addEventListener("focus", function () {
    if (shown) ask(false);
  });
  setInterval(look, 1000);
})();
