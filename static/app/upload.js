/* Sends large files in slices. A form without JavaScript posts the file as it always did.

   <form data-upload="/tep/" data-accept="audio"> … <input type="file" data-upload-field>
   <input type="hidden" name="uploaded"> <progress hidden></progress> <p role="status"></p>
   The sentences come from data-sending, data-done, data-failed, data-damaged of the form. A form
   with several fields has a box with these attributes around each; data-then names the value of
   the button that is pressed when the file has arrived. */
(function () {
  "use strict";
  var RETRIES = 6;

  function cookie() {
    var found = /(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/.exec(document.cookie);
    return found ? decodeURIComponent(found[1]) : "";
  }

  function send(method, url, body, done) {
    var request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader("X-CSRFToken", cookie());
    request.timeout = 120000;
    request.onload = function () {
      var answer = {};
      try { answer = JSON.parse(request.responseText); } catch (error) { answer = {}; }
      done(request.status, answer);
    };
    request.onerror = request.ontimeout = function () { done(0, {}); };
    request.send(body);
  }

  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (byte) {
      return ("0" + byte.toString(16)).slice(-2);
    }).join("");
  }

  function digest(file) {
    return new Response(file).arrayBuffer().then(function (buffer) {
      return window.crypto.subtle.digest("SHA-256", buffer);
    }).then(hex);
  }

  function Upload(form, field) {
    // One at a time: what is still on its way for this field is forgotten.
    if (form.upload) { form.upload.isOver = true; }
    form.upload = this;
    this.form = form;
    this.file = field.files[0];
    this.field = field;
    this.failures = 0;
    this.bar = form.querySelector("progress");
    this.status = form.querySelector("[data-upload-status]") || form.querySelector("[role=status]");
  }

  Upload.prototype.say = function (text) { if (this.status) { this.status.textContent = text; } };

  Upload.prototype.show = function (received) {
    if (this.bar) {
      this.bar.hidden = false;
      this.bar.max = this.file.size;
      this.bar.value = received;
    }
    this.say(this.form.dataset.sending + " " + Math.floor(100 * received / this.file.size) + " %");
  };

  Upload.prototype.retry = function (again) {
    this.failures += 1;
    if (this.failures > RETRIES) { this.say(this.form.dataset.failed); return; }
    window.setTimeout(again, 1000 * Math.pow(2, this.failures - 1));
  };

  Upload.prototype.open = function () {
    var self = this;
    var facts = { name: self.file.name, size: self.file.size, accept: self.form.dataset.accept };
    send("POST", self.form.dataset.upload, JSON.stringify(facts), function (status, answer) {
      if (status === 201) {
        self.url = self.form.dataset.upload + answer.id;
        self.slice = answer.slice;
        self.next(answer.received);
      } else if (answer.error) {
        self.say(answer.error);
      } else {
        self.retry(function () { self.open(); });
      }
    });
  };

  Upload.prototype.next = function (received) {
    var self = this;
    if (self.isOver) { return; }
    self.show(received);
    if (received >= self.file.size) { self.finish(); return; }
    var part = self.file.slice(received, received + self.slice);
    send("PUT", self.url + "?offset=" + received, part, function (status, answer) {
      if (status === 200) { self.failures = 0; self.next(answer.received); return; }
      if (answer.error) { self.say(answer.error); return; }
      self.retry(function () { self.resume(); });
    });
  };

  Upload.prototype.resume = function () {
    var self = this;
    send("GET", self.url, null, function (status, answer) {
      if (status === 200) { self.next(answer.received); } else { self.retry(function () { self.resume(); }); }
    });
  };

  Upload.prototype.finish = function () {
    var self = this;
    digest(self.file).then(function (sha256) {
      send("POST", self.url + "/hoan-tat", JSON.stringify({ sha256: sha256 }), function (status, answer) {
        if (status === 200) {
          if (self.isOver) { return; }
          self.keep(answer.file);
          self.field.value = "";  // the content is there already: do not send it twice
          self.field.required = false;
          self.say(self.form.dataset.done);
          self.press();
        } else if (answer.error) {
          self.say(answer.error);
        } else {
          self.retry(function () { self.finish(); });
        }
      });
    }, function () { self.say(self.form.dataset.damaged); });
  };

  Upload.prototype.keep = function (id) {
    var hidden = this.form.querySelector("input[name=uploaded]");
    hidden.value = id;
    hidden.disabled = false;  // where it says nothing it is not sent
  };

  Upload.prototype.press = function () {
    var value = this.form.dataset.then;
    var whole = this.form.closest("form");
    var button = value && whole.querySelector("button[name=do][value=" + value + "]");
    if (button) { whole.requestSubmit(button); }
  };

  document.addEventListener("change", function (event) {
    var field = event.target;
    var form = field.matches && field.matches("[data-upload-field]") && field.closest("[data-upload]");
    // crypto.subtle is missing on plain http: there the form posts the file itself.
    if (form && field.files.length && window.crypto && window.crypto.subtle) {
      new Upload(form, field).open();
    }
  });
}());
